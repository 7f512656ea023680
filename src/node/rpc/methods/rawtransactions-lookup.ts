/** Transactions of the chain and the mempool, and new ones for everybody. */
import { equalBytes } from '../../../protocol/bytes/compare.ts';
import { toHex, toReversedHex } from '../../../protocol/bytes/hex.ts';
import { type Coin, coinKey } from '../../../protocol/consensus/coin.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import {
  decodeTx,
  encodeTx,
  isCoinbase,
  type Transaction,
  txWeight,
} from '../../../protocol/primitives/transaction.ts';
import { txid } from '../../../protocol/primitives/transaction-id.ts';
import type { Json, JsonObject } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { txToJson } from '../../../protocol/report/tx-to-json.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import { feeAt } from '../../mempool/policy/fee-rate.ts';
import type { Node } from '../../node.ts';
import { amountFrom, hashFrom, int32From } from '../arguments.ts';
import { NEEDS_INPUT, txFromHex } from '../decode-tx-hex.ts';
import { indexState } from '../index-state.ts';
import type { RpcContext } from '../rpc-context.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcMethod } from '../rpc-method.ts';
import { checkBurn, feeRateFrom } from './mempool-submit.ts';

type Arguments = readonly (JsonValue | undefined)[];

export const lookupMethods: readonly RpcMethod[] = [
  {
    name: 'getrawtransaction',
    family: 'rawtransactions',
    about:
      'A transaction of the mempool; of the chain, if the node has an index of transactions or is told the block.',
    parameters: [
      { name: 'txid', type: 'string', about: 'The id of the transaction.' },
      {
        name: 'verbosity',
        aliases: ['verbose'],
        type: 'any',
        optional: true,
        about: '0 for its bytes, 1 for its parts, 2 for what it spends as well; 0 by default.',
      },
      { name: 'blockhash', type: 'string', optional: true, about: 'The block that has it.' },
    ],
    result:
      '"hex", or { "in_active_chain": true|false, "txid": "hex", …, "blockhash": "hex", "confirmations": n }',
    run: getRawTransaction,
  },
  {
    name: 'sendrawtransaction',
    family: 'rawtransactions',
    about: 'Puts a transaction into the mempool, and tells everybody of it.',
    parameters: [
      { name: 'hexstring', type: 'string', about: 'The transaction, in hexadecimal digits.' },
      {
        name: 'maxfeerate',
        type: 'amount',
        optional: true,
        about:
          'Refuses what pays more for 1,000 virtual bytes; 0.10 by default, and 0 for no limit.',
      },
      {
        name: 'maxburnamount',
        type: 'amount',
        optional: true,
        about: 'What outputs may throw away that can never be spent; nothing by default.',
      },
    ],
    result: '"txid"',
    run: sendRawTransaction,
  },
];

async function getRawTransaction(args: Arguments, { node }: RpcContext): Promise<Json> {
  const [id, verbosityValue, blockHash] = args;
  const { chain } = node;
  const wanted = hashFrom(id, 'parameter 1') as Txid;
  if (equalBytes(wanted, chain.params.genesis.header.merkleRoot)) {
    throw notFound(
      'The genesis block coinbase is not considered an ordinary transaction and cannot be retrieved',
    );
  }
  const verbosity = verbosityFrom(verbosityValue);
  const named = blockHash === undefined ? undefined : namedBlock(blockHash, node);
  const { tx, block } = await findTransaction(wanted, named, node);
  if (verbosity <= 0) return toHex(encodeTx(tx));
  const spent =
    verbosity >= 2 && block !== undefined ? await coinsSpentBy(tx, block, node) : undefined;
  return {
    in_active_chain: named && chain.contains(named),
    ...txToJson(tx, chain.params.addressPrefixes, { hex: true, spent, prevouts: true }),
    ...(block !== undefined && placeToJson(block, node)),
  };
}

function verbosityFrom(value: JsonValue | undefined): number {
  if (value === undefined) return 0;
  return typeof value === 'boolean' ? Number(value) : int32From(value);
}

function namedBlock(value: JsonValue, { chain }: Node): BlockNode {
  const block = chain.lookup(hashFrom(value, 'parameter 3'));
  if (block === undefined) throw notFound('Block hash not found');
  return block;
}

interface Found {
  readonly tx: Transaction;
  /** Undefined in the mempool. */
  readonly block: BlockNode | undefined;
}

async function findTransaction(id: Txid, named: BlockNode | undefined, node: Node): Promise<Found> {
  if (named !== undefined) return findInBlock(id, named, node);
  const index = await indexState(node, 'transactions');
  const waiting = node.mempool.get(id);
  if (waiting !== undefined) return { tx: waiting.tx, block: undefined };
  const found = await indexedTransaction(id, node);
  if (found !== undefined) return found;
  const why =
    index === undefined
      ? 'No such mempool transaction. Use -txindex or provide a block hash to enable blockchain transaction queries'
      : index.isInStep
        ? 'No such mempool or blockchain transaction'
        : 'No such mempool transaction. Blockchain transactions are still in the process of being indexed';
  throw notFound(`${why}. Use gettransaction for wallet transactions.`);
}

async function findInBlock(id: Txid, block: BlockNode, { chain }: Node): Promise<Found> {
  if (!block.isStored) throw new RpcError(RPC.misc, 'Block not available');
  const loaded = await chain.readBlock(block);
  const tx = loaded.block.transactions.find((one) => equalBytes(txid(one), id));
  if (tx !== undefined) return { tx, block };
  throw notFound(
    'No such transaction found in the provided block. Use gettransaction for wallet transactions.',
  );
}

/** A transaction of the chain, by the index of them; undefined where there is none, or no such index. */
export async function indexedTransaction(
  id: Txid,
  { chain, indexes }: Node,
): Promise<{ readonly tx: Transaction; readonly block: BlockNode } | undefined> {
  const place = await indexes.transactions?.find(id);
  if (place === undefined || !place.node.isStored) return undefined;
  const raw = await chain.readRaw(place.node);
  const tx = decodeTx(raw.slice(place.offset, place.offset + place.length));
  return { tx, block: place.node };
}

/** The coins that a transaction of a block spent; undefined for a coinbase, and where the block is gone. */
async function coinsSpentBy(
  tx: Transaction,
  block: BlockNode,
  { chain }: Node,
): Promise<readonly Coin[] | undefined> {
  if (isCoinbase(tx) || !block.isStored) return undefined;
  if (!block.hasUndo) {
    // Of a block that has never been in the chain nobody knows what it spends.
    throw new RpcError(
      RPC.internal,
      "Undo data expected but can't be read. This could be due to disk corruption or a conflict with a pruning event.",
    );
  }
  const undo = await chain.readUndo(block);
  const loaded = await chain.readBlock(block);
  const id = txid(tx);
  const at = loaded.block.transactions.findIndex((one) => equalBytes(txid(one), id));
  // The coinbase has no undo data.
  return undo[at - 1];
}

function placeToJson(block: BlockNode, { chain }: Node): JsonObject {
  const blockhash = toReversedHex(block.hash);
  if (!chain.contains(block)) return { blockhash, confirmations: 0 };
  const { time } = block.header;
  return { blockhash, confirmations: chain.confirmations(block), time, blocktime: time };
}

async function sendRawTransaction(args: Arguments, { node }: RpcContext): Promise<Json> {
  const [hex, limit, burn] = args;
  const mostBurnt = burn === undefined ? 0n : amountFrom(burn);
  const tx = txFromHex(hex, 'with-witness', NEEDS_INPUT);
  checkBurn(tx, mostBurnt);
  const most = feeAt(feeRateFrom(limit), Math.ceil(txWeight(tx) / 4));
  const id = txid(tx);
  if (await hasCoins(tx, id, node)) {
    throw new RpcError(RPC.verifyAlreadyInUtxoSet, 'Transaction outputs already in utxo set');
  }
  if (node.mempool.get(id) === undefined && most > 0n) await checkFee(tx, most, node);
  const result = await node.broadcast(tx);
  if (result.kind === 'rejected' && node.mempool.get(id) === undefined) throw refusal(result);
  return toReversedHex(id);
}

/** Somebody who sends a transaction that is confirmed and unspent need not be told that it is a conflict. */
async function hasCoins(tx: Transaction, id: Txid, { chain }: Node): Promise<boolean> {
  const keys = tx.outputs.map((_, vout) => coinKey({ txid: id, vout }));
  const coins = await chain.coins(keys);
  return coins.some((coin) => coin !== undefined);
}

async function checkFee(tx: Transaction, most: bigint, { mempool }: Node): Promise<void> {
  const verdict = await mempool.accept(tx, { source: 'rpc', testOnly: true });
  if (verdict.kind === 'rejected') throw refusal(verdict);
  if (verdict.entry.fee <= most) return;
  throw new RpcError(
    RPC.verify,
    'Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)',
  );
}

function refusal({ reject, error }: { readonly reject: string; readonly error: Error }): RpcError {
  const number = reject === 'missing-inputs' ? RPC.verify : RPC.verifyRejected;
  return new RpcError(number, error.message);
}

function notFound(message: string): RpcError {
  return new RpcError(RPC.invalidAddressOrKey, message);
}
