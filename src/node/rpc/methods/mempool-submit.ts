/** Transactions for the mempool, several at once. */
import { ByteMap } from '../../../protocol/bytes/byte-map.ts';
import { compareBytes } from '../../../protocol/bytes/compare.ts';
import { DecodeError } from '../../../protocol/bytes/decode-error.ts';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import { isUnspendable } from '../../../protocol/consensus/coin.ts';
import { COIN } from '../../../protocol/primitives/amount.ts';
import { decodeTx, type Transaction } from '../../../protocol/primitives/transaction.ts';
import { txid, wtxid } from '../../../protocol/primitives/transaction-id.ts';
import { amountNumber, type Json, type JsonObject } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { hasValidOps } from '../../../protocol/report/script-soundness.ts';
import type { PackageResult, PackageTxResult } from '../../mempool/mempool-results.ts';
import { isChildWithParents } from '../../mempool/package-form.ts';
import { feeAt } from '../../mempool/policy/fee-rate.ts';
import { amountFrom, arrayFrom, bytesFromHex, stringFrom } from '../arguments.ts';
import type { RpcContext } from '../rpc-context.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcMethod, RpcParameter } from '../rpc-method.ts';

/** Satoshis for 1,000 virtual bytes. Whoever pays more has most likely made a mistake. */
const DEFAULT_MAX_FEE_RATE = COIN / 10n;
const MOST_TRANSACTIONS = 25;

type Arguments = readonly (JsonValue | undefined)[];

const rateParameter: RpcParameter = {
  name: 'maxfeerate',
  type: 'amount',
  optional: true,
  about: 'Refuses what pays more for 1,000 virtual bytes; 0.10 by default, and 0 for no limit.',
};

export const mempoolSubmitMethods: readonly RpcMethod[] = [
  {
    name: 'testmempoolaccept',
    family: 'rawtransactions',
    about:
      'Says whether the mempool would take transactions, and does not change it. Several may depend on each other.',
    parameters: [
      {
        name: 'rawtxs',
        type: 'array',
        usage: '["rawtx",...]',
        about: 'The transactions, in hexadecimal digits.',
      },
      rateParameter,
    ],
    result: '[ { "txid": "hex", "wtxid": "hex", "allowed": true|false, … }, … ]',
    run: testMempoolAccept,
  },
  {
    name: 'submitpackage',
    family: 'rawtransactions',
    about: 'Gives the mempool a transaction together with those that it pays for.',
    parameters: [
      {
        name: 'package',
        type: 'array',
        usage: '["rawtx",...]',
        about: 'The transactions, in hexadecimal digits: first the parents, then their child.',
      },
      rateParameter,
      {
        name: 'maxburnamount',
        type: 'amount',
        optional: true,
        about: 'What outputs may throw away that can never be spent; nothing by default.',
      },
    ],
    result: '{ "package_msg": "str", "tx-results": { … }, "replaced-transactions": [ … ] }',
    run: submitPackage,
  },
];

async function testMempoolAccept([list, limit]: Arguments, { node }: RpcContext): Promise<Json> {
  const texts = arrayFrom(list);
  checkCount(texts.length, 1);
  const maxFeeRate = feeRateFrom(limit);
  const transactions = texts.map(readTransaction);
  const result = await node.mempool.acceptPackage(transactions, { testOnly: true });
  const { error } = result;
  const packageError =
    error === undefined || error.code === 'transaction failed' ? undefined : error.message;
  let isOver = false;
  return transactions.map((tx, i) => {
    const names = { txid: toReversedHex(txid(tx)), wtxid: toReversedHex(wtxid(tx)) };
    const own = result.results[i] as PackageTxResult;
    const verdict = isOver ? {} : verdictToJson(own, maxFeeRate);
    // As in Core, the rest is not told once one of them pays too much.
    if (verdict['reject-reason'] === 'max-fee-exceeded') isOver = true;
    return { ...names, 'package-error': packageError, ...verdict };
  });
}

function verdictToJson(result: PackageTxResult, maxFeeRate: bigint): JsonObject {
  switch (result.kind) {
    case 'accepted': {
      const { fee, vsize } = result.entry;
      const most = feeAt(maxFeeRate, vsize);
      if (most > 0n && fee > most) return refused('max-fee-exceeded');
      return { allowed: true, vsize, fees: feesToJson(result) };
    }
    case 'rejected':
      if (result.reject === 'unknown') return {};
      return refused(result.reject === 'missing-inputs' ? 'missing-inputs' : result.error.code);
    case 'in-pool':
      return refused('txn-already-in-mempool');
    case 'different-witness':
      return refused('txn-same-nonwitness-data-in-mempool');
  }
}

function refused(reason: string): JsonObject {
  return { allowed: false, 'reject-reason': reason };
}

function feesToJson(
  result: Extract<PackageTxResult, { kind: 'accepted' | 'in-pool' }>,
): JsonObject {
  const base = amountNumber(result.entry.fee);
  // What was here before may have come in a package, and nobody knows at which rate.
  if (result.kind === 'in-pool') return { base };
  return {
    base,
    'effective-feerate': amountNumber(result.effectiveFeeRate),
    'effective-includes': result.effectiveIncludes.map((entry) => toReversedHex(entry.wtxid)),
  };
}

async function submitPackage(args: Arguments, { node }: RpcContext): Promise<Json> {
  const [list, limit, burn] = args;
  const texts = arrayFrom(list);
  checkCount(texts.length, 2);
  const maxFeeRate = feeRateFrom(limit);
  const mostBurnt = burn === undefined ? 0n : amountFrom(burn);
  const transactions = texts.map((text) => {
    const tx = readTransaction(text);
    checkBurn(tx, mostBurnt);
    return tx;
  });
  if (!isTree(transactions)) {
    throw new RpcError(
      RPC.verify,
      'package topology disallowed. not child-with-parents or parents depend on each other.',
    );
  }
  const result = await node.mempool.acceptPackage(transactions, {
    source: 'rpc',
    ...(maxFeeRate > 0n && { maxFeeRate }),
  });
  for (const tx of transactions) {
    if (node.mempool.get(txid(tx)) !== undefined) await node.broadcast(tx);
  }
  return packageToJson(transactions, result);
}

function packageToJson(transactions: readonly Transaction[], result: PackageResult): Json {
  const results: Record<string, JsonObject> = {};
  transactions.forEach((tx, i) => {
    const own = result.results[i] as PackageTxResult;
    // Core 28 says nothing of those that it did not come to.
    if (own.kind === 'rejected' && own.reject === 'unknown') return;
    results[toReversedHex(wtxid(tx))] = {
      txid: toReversedHex(txid(tx)),
      ...outcomeToJson(own),
    };
  });
  const replaced = new ByteMap<string>();
  for (const entry of result.replaced) replaced.set(entry.txid, toReversedHex(entry.txid));
  const inOrder = [...replaced].sort(([a], [b]) => compareBytes(a, b));
  return {
    package_msg: result.error?.message ?? 'success',
    'tx-results': results,
    'replaced-transactions': inOrder.map(([, name]) => name),
  };
}

function outcomeToJson(result: PackageTxResult): JsonObject {
  switch (result.kind) {
    case 'different-witness':
      return { 'other-wtxid': toReversedHex(result.entry.wtxid) };
    case 'rejected':
      return { error: result.error.message };
    default:
      return { vsize: result.entry.vsize, fees: feesToJson(result) };
  }
}

function checkCount(count: number, least: number): void {
  if (count >= least && count <= MOST_TRANSACTIONS) return;
  throw new RpcError(
    RPC.invalidParameter,
    `Array must contain between ${least} and ${MOST_TRANSACTIONS} transactions.`,
  );
}

/** Satoshis for 1,000 virtual bytes. */
export function feeRateFrom(value: JsonValue | undefined): bigint {
  const rate = value === undefined ? DEFAULT_MAX_FEE_RATE : amountFrom(value);
  if (rate < COIN) return rate;
  throw new RpcError(
    RPC.invalidParameter,
    'Fee rates larger than or equal to 1BTC/kvB are not accepted',
  );
}

function readTransaction(value: JsonValue): Transaction {
  const text = stringFrom(value);
  const bytes = bytesFromHex(text);
  try {
    if (bytes !== undefined) return decodeTx(bytes);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  const hint = 'Make sure the tx has at least one input.';
  throw new RpcError(RPC.deserialization, `TX decode failed: ${text} ${hint}`);
}

export function checkBurn({ outputs }: Transaction, most: bigint): void {
  const burns = outputs.some(
    ({ scriptPubKey, value }) =>
      value > most && (isUnspendable(scriptPubKey) || !hasValidOps(scriptPubKey)),
  );
  if (!burns) return;
  throw new RpcError(
    RPC.verify,
    'Unspendable output exceeds maximum configured by user (maxburnamount)',
  );
}

/** Whether they are a child and its parents, none of which spends from another. */
function isTree(transactions: readonly Transaction[]): boolean {
  if (!isChildWithParents(transactions)) return false;
  const parents = new ByteMap<Transaction>();
  for (const tx of transactions.slice(0, -1)) parents.set(txid(tx), tx);
  return [...parents.values()].every(({ inputs }) =>
    inputs.every(({ prevout }) => !parents.has(prevout.txid)),
  );
}
