/**
 * What Bitcoin Core 28.1 said of transactions on regtest, against what this pool says of the same ones,
 * on the same chain: verdicts with their reasons, packages, relatives and sums.
 */
import { describe, expect, it } from 'vitest';
import { VectorFolder } from '../../../../test/conformance/vector-check.ts';
import { memoryChain } from '../../../../test/fixtures/test-chain.ts';
import { SeededEntropy } from '../../../outside/entropy/seeded-entropy.ts';
import { fromHex, fromReversedHex, toReversedHex } from '../../../protocol/bytes/hex.ts';
import { regtest } from '../../../protocol/params/regtest.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import { decodeTx, type Transaction } from '../../../protocol/primitives/transaction.ts';
import { txid, wtxid } from '../../../protocol/primitives/transaction-id.ts';
import { scriptFromAddress } from '../../../protocol/script/address.ts';
import type { Chain } from '../../chain/chain.ts';
import { BlockGenerator } from '../../mining/block-generator.ts';
import { InProcessSearch } from '../../mining/nonce-search.ts';
import { ScriptExecutionCache } from '../../verify/script-execution-cache.ts';
import { FeeEstimator } from '../fees/fee-estimator.ts';
import { Mempool } from '../mempool.ts';
import type { MempoolEntry } from '../mempool-entry.ts';
import type { PackageTxResult, Rejected } from '../mempool-results.ts';

const vectors = VectorFolder.find();
if (vectors === undefined) {
  console.warn('mempool policy: SKIPPED, there are no recorded sessions in ../shared/vectors');
}

/** What `-mocktime` was. */
const MOCK_TIME = 1_700_000_000;
const PREFIXES = { pubKeyHash: 111, scriptHash: 196, bech32: 'bcrt' };
/** What `sendrawtransaction` and `testmempoolaccept` refuse to pay unless told otherwise. */
const DEFAULT_MAX_FEE_RATE = 0.1;

interface Call {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

interface Node {
  readonly chain: Chain;
  readonly mempool: Mempool;
  readonly generator: BlockGenerator;
  readonly estimator: FeeEstimator;
}

async function startNode(): Promise<Node> {
  const { chain, clock } = await memoryChain(regtest, MOCK_TIME);
  const entropy = new SeededEntropy('recorded verdicts');
  const scriptCache = new ScriptExecutionCache(new Uint8Array(16));
  const mempool = new Mempool({ chain, params: regtest, clock, entropy, scriptCache });
  mempool.start();
  const search = new InProcessSearch(clock);
  const generator = new BlockGenerator({ chain, clock, search, source: mempool });
  const estimator = new FeeEstimator({ chain, pool: mempool, clock, entropy });
  estimator.start();
  return { chain, mempool, generator, estimator };
}

type Answer = (node: Node, params: readonly unknown[]) => unknown;

/** Those calls that are about the pool, answered without the interface that will be around it. */
const answers: Readonly<Record<string, Answer>> = {
  async generatetoaddress({ generator }, [count, address]) {
    const script = scriptFromAddress(String(address), PREFIXES);
    return (await generator.generate(Number(count), script)).map(toReversedHex);
  },
  async testmempoolaccept({ mempool }, [hex, maxFeeRate = DEFAULT_MAX_FEE_RATE]) {
    const txs = (hex as readonly string[]).map(decode);
    const options = { testOnly: true, maxFeeRate: satoshis(maxFeeRate) };
    const { results } = await mempool.acceptPackage(txs, options);
    return results.map((result, i) => testResult(txs[i] as Transaction, result));
  },
  async sendrawtransaction({ mempool }, [hex, maxFeeRate = DEFAULT_MAX_FEE_RATE]) {
    const tx = decode(String(hex));
    if (mempool.get(txid(tx)) !== undefined) return toReversedHex(txid(tx));
    const options = { source: 'rpc', maxFeeRate: satoshis(maxFeeRate) } as const;
    const result = await mempool.accept(tx, options);
    if (result.kind === 'accepted') return toReversedHex(txid(tx));
    throw new Error(sendError(result));
  },
  async submitpackage({ mempool }, [hex]) {
    const txs = (hex as readonly string[]).map(decode);
    const { error, results, replaced } = await mempool.acceptPackage(txs, { source: 'rpc' });
    return {
      package_msg: error?.message ?? 'success',
      'tx-results': Object.fromEntries(
        txs.map((tx, i) => [toReversedHex(wtxid(tx)), packageResult(tx, results[i])]),
      ),
      'replaced-transactions': replaced.map((entry) => toReversedHex(entry.txid)),
    };
  },
  getmempoolentry: ({ mempool }, [id]) => entryJson(find(mempool, id)),
  getrawmempool({ mempool }, [verbose, sequence]) {
    const entries = [...mempool.entries()];
    if (verbose === true) return byTxid(entries);
    const txids = entries.map((entry) => toReversedHex(entry.txid));
    return sequence === true ? { txids, mempool_sequence: mempool.sequence } : txids;
  },
  getmempoolancestors({ mempool }, [id, verbose]) {
    return relatives(mempool.ancestors(find(mempool, id)), verbose);
  },
  getmempooldescendants({ mempool }, [id, verbose]) {
    return relatives(mempool.descendants(find(mempool, id)), verbose);
  },
  getmempoolinfo({ mempool }) {
    const { minRelayFeeRate, incrementalFeeRate, maxBytes } = mempool.options;
    const minimum = mempool.minFeeRate();
    return {
      size: mempool.size,
      bytes: mempool.totalVsize,
      total_fee: bitcoins(mempool.totalFees),
      maxmempool: maxBytes,
      mempoolminfee: bitcoins(minimum > minRelayFeeRate ? minimum : minRelayFeeRate),
      minrelaytxfee: bitcoins(minRelayFeeRate),
      incrementalrelayfee: bitcoins(incrementalFeeRate),
    };
  },
  prioritisetransaction({ mempool }, [id, , delta]) {
    mempool.prioritise(fromReversedHex(String(id)) as Txid, BigInt(delta as number));
    return true;
  },
  getprioritisedtransactions({ mempool }) {
    const deltas = [...mempool.deltas()].map(([id, delta]) => {
      const entry = mempool.get(id);
      return [toReversedHex(id), { fee_delta: Number(delta), in_mempool: entry !== undefined }];
    });
    return Object.fromEntries(deltas);
  },
  estimatesmartfee({ estimator }, [target]) {
    const { errors, blocks } = estimator.estimateSmartFee(Number(target));
    return { errors, blocks };
  },
  async invalidateblock({ chain }, [hash]) {
    await chain.invalidateBlock(fromReversedHex(String(hash)));
    return null;
  },
  async reconsiderblock({ chain }, [hash]) {
    await chain.reconsiderBlock(fromReversedHex(String(hash)));
    return null;
  },
};

function decode(hex: string): Transaction {
  return decodeTx(fromHex(hex));
}

function satoshis(amount: unknown): bigint {
  return BigInt(Math.round(Number(amount) * 1e8));
}

function bitcoins(amount: bigint): number {
  return Number(amount) / 1e8;
}

function find(mempool: Mempool, id: unknown): MempoolEntry {
  const entry = mempool.get(fromReversedHex(String(id)) as Txid);
  if (entry === undefined) throw new Error('Transaction not in mempool');
  return entry;
}

function entryJson(entry: MempoolEntry): unknown {
  const ids = (entries: Iterable<MempoolEntry>) =>
    [...entries].map((each) => toReversedHex(each.txid));
  return {
    vsize: entry.vsize,
    weight: entry.weight,
    time: entry.time,
    height: entry.height,
    descendantcount: entry.descendantCount,
    descendantsize: entry.descendantVsize,
    ancestorcount: entry.ancestorCount,
    ancestorsize: entry.ancestorVsize,
    wtxid: toReversedHex(entry.wtxid),
    fees: {
      base: bitcoins(entry.fee),
      modified: bitcoins(entry.modifiedFee),
      ancestor: bitcoins(entry.ancestorFees),
      descendant: bitcoins(entry.descendantFees),
    },
    depends: ids(entry.parents),
    spentby: ids(entry.children),
  };
}

function byTxid(entries: readonly MempoolEntry[]): unknown {
  return Object.fromEntries(entries.map((entry) => [toReversedHex(entry.txid), entryJson(entry)]));
}

function relatives(entries: readonly MempoolEntry[], verbose: unknown): unknown {
  return verbose === true ? byTxid(entries) : entries.map((entry) => toReversedHex(entry.txid));
}

function testResult(tx: Transaction, result: PackageTxResult): unknown {
  const ids = { txid: toReversedHex(txid(tx)), wtxid: toReversedHex(wtxid(tx)) };
  if (result.kind === 'rejected') {
    // Core has a word of its own for it here.
    const missing = result.reject === 'missing-inputs';
    const reason = missing ? 'missing-inputs' : result.error.code;
    return { ...ids, allowed: false, 'reject-reason': reason };
  }
  if (result.kind !== 'accepted') return { ...ids, allowed: false };
  const { entry, effectiveFeeRate, effectiveIncludes } = result;
  const fees = {
    base: bitcoins(entry.fee),
    'effective-feerate': bitcoins(effectiveFeeRate),
    'effective-includes': effectiveIncludes.map((each) => toReversedHex(each.wtxid)),
  };
  return { ...ids, allowed: true, vsize: entry.vsize, fees };
}

function packageResult(tx: Transaction, result: PackageTxResult | undefined): unknown {
  const error = result?.kind === 'rejected' ? { error: result.error.message } : {};
  return { txid: toReversedHex(txid(tx)), ...error };
}

function sendError({ error }: Rejected): string {
  if (error.code === 'max-fee-exceeded') {
    return 'Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)';
  }
  return error.code === 'txn-already-known'
    ? 'Transaction outputs already in utxo set'
    : error.message;
}

function callsOf(session: string): readonly Call[] {
  const lines = vectors?.text(`rpc/${session}.jsonl`).trim().split('\n').slice(1) ?? [];
  return lines.map((line) => JSON.parse(line) as Call);
}

/** Errors in what was asked, which the interface finds out before it asks the pool. */
function isUsageError({ error }: Call): boolean {
  return error !== undefined && [-1, -3, -5, -8, -22].includes(error.code);
}

/** The answer of the node; the message of an error in its place. */
async function answerTo(node: Node, { method, params }: Call): Promise<unknown> {
  try {
    return await answers[method]?.(node, params);
  } catch (error) {
    return { refused: (error as Error).message };
  }
}

/** Order matters in neither, and whether somebody has asked for a transaction is not the pool's matter. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable).sort(byText);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !OTHER_MATTERS.has(key));
  return Object.fromEntries(kept.map(([key, each]) => [key, comparable(each)]));
}

const OTHER_MATTERS = new Set([
  'bip125-replaceable',
  'unbroadcast',
  'unbroadcastcount',
  'usage',
  'loaded',
  'fullrbf',
]);

function byText(a: unknown, b: unknown): number {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

describe.skipIf(vectors === undefined)('transactions that Core 28.1 was given', () => {
  it.each([
    ['rawtx', 36, undefined],
    ['blockchain', 10, undefined],
    // Its blocks are made by commands that are not the pool's.
    ['mining-util', 1, 'estimatesmartfee'],
  ])('session %s: the same verdicts, reasons and sums', async (session, least, only) => {
    const node = await startNode();
    let compared = 0;
    for (const [line, call] of callsOf(session).entries()) {
      if (answers[call.method] === undefined || isUsageError(call)) continue;
      if (only !== undefined && call.method !== only) continue;
      const expected = call.error === undefined ? call.result : { refused: call.error.message };
      const where = `${session} ${line + 2}, ${call.method}`;
      const answer = await answerTo(node, call);
      expect({ where, answer: comparable(answer) }).toEqual({
        where,
        answer: comparable(expected),
      });
      compared++;
    }
    expect(compared).toBeGreaterThanOrEqual(least);
  });
});
