/** Coins: one, or all of them as a set. */
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import { type Coin, coinKey } from '../../../protocol/consensus/coin.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import { amountNumber, type Json, type JsonObject } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { scriptToJson } from '../../../protocol/report/script-to-json.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import { type UtxoHashType, utxoStatistics } from '../../coins/utxo-set.ts';
import type { CoinRow } from '../../index/coins/coin-index.ts';
import { type CoinSums, unspendableOf } from '../../index/coins/coin-totals.ts';
import type { Node } from '../../node.ts';
import { booleanFrom, hashFrom, stringFrom, uint32From } from '../arguments.ts';
import { findBlockByHashOrHeight } from '../find-block.ts';
import { indexState } from '../index-state.ts';
import type { RpcContext } from '../rpc-context.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcMethod } from '../rpc-method.ts';

type Arguments = readonly (JsonValue | undefined)[];

export const coinMethods: readonly RpcMethod[] = [
  {
    name: 'gettxout',
    family: 'blockchain',
    about: 'An output that has not been spent.',
    parameters: [
      { name: 'txid', type: 'string', about: 'The id of its transaction.' },
      { name: 'n', type: 'number', about: 'Its number.' },
      {
        name: 'include_mempool',
        type: 'boolean',
        optional: true,
        about: 'Whether the mempool counts, which is the default: what it spends is spent.',
      },
    ],
    result: '{ "bestblock": "hex", "confirmations": n, "value": n, … } or null',
    run: getTxOut,
  },
  {
    name: 'gettxoutsetinfo',
    family: 'blockchain',
    about: 'The set of all unspent outputs: how many, how much, and its hash.',
    parameters: [
      {
        name: 'hash_type',
        type: 'string',
        optional: true,
        about: 'The hash: "hash_serialized_3", which is the default, "muhash" or "none".',
      },
      {
        name: 'hash_or_height',
        type: 'any',
        optional: true,
        about: 'The block after which to look; the tip by default. It takes the index of coins.',
      },
      {
        name: 'use_index',
        type: 'boolean',
        optional: true,
        about: 'Whether to answer out of the index of coins, if there is one.',
      },
    ],
    result: '{ "height": n, "bestblock": "hex", "txouts": n, … }',
    run: getTxOutSetInfo,
  },
];

async function getTxOut([hash, number, withPool]: Arguments, { node }: RpcContext): Promise<Json> {
  const { chain, mempool } = node;
  const outPoint = { txid: hashFrom(hash, 'txid') as Txid, vout: uint32From(number) };
  const countsPool = withPool === undefined || booleanFrom(withPool);
  if (!countsPool) return coinToJson(await confirmedCoin(outPoint, node), node);
  if (mempool.spender(outPoint) !== undefined) return null;
  const output = mempool.get(outPoint.txid)?.tx.outputs[outPoint.vout];
  if (output !== undefined) {
    return coinToJson({ output, height: chain.tip.height + 1, isCoinbase: false }, node);
  }
  return coinToJson(await confirmedCoin(outPoint, node), node);
}

async function confirmedCoin(
  outPoint: Parameters<typeof coinKey>[0],
  { chain }: Node,
): Promise<Coin | undefined> {
  const [coin] = await chain.coins([coinKey(outPoint)]);
  return coin;
}

/** A coin of the mempool counts as one of the next block, and so has no confirmations. */
function coinToJson(coin: Coin | undefined, { chain }: Node): Json {
  if (coin === undefined) return null;
  const { output, height, isCoinbase } = coin;
  return {
    bestblock: toReversedHex(chain.tip.hash),
    confirmations: chain.tip.height - height + 1,
    value: amountNumber(output.value),
    scriptPubKey: scriptToJson(output.scriptPubKey, chain.params.addressPrefixes),
    coinbase: isCoinbase,
  };
}

async function getTxOutSetInfo(args: Arguments, context: RpcContext): Promise<Json> {
  const { node } = context;
  const [type, which, mayUse] = args;
  const hashType = hashTypeFrom(type);
  const usesIndex = mayUse === undefined || booleanFrom(mayUse);
  const block = which === undefined ? undefined : chosenBlock(which, hashType, usesIndex, node);
  const isIndexed = usesIndex && node.indexes.coins !== undefined;
  if (isIndexed && hashType !== 'hash_serialized_3') {
    return indexedToJson(block ?? node.chain.tip, hashType, node);
  }
  // As in Core, which waits for an index that it will not need.
  if (isIndexed) await indexState(node, 'coins');
  return countedToJson(hashType, context);
}

function hashTypeFrom(value: JsonValue | undefined): UtxoHashType {
  const name = value === undefined ? 'hash_serialized_3' : stringFrom(value);
  if (name === 'hash_serialized_3' || name === 'muhash' || name === 'none') return name;
  throw invalid(`'${name}' is not a valid hash_type`);
}

function chosenBlock(
  which: JsonValue,
  hashType: UtxoHashType,
  usesIndex: boolean,
  { indexes, chain }: Node,
): BlockNode {
  if (indexes.coins === undefined) {
    throw invalid('Querying specific block heights requires coinstatsindex');
  }
  if (hashType === 'hash_serialized_3') {
    throw invalid('hash_serialized_3 hash type cannot be queried for a specific block');
  }
  if (!usesIndex) {
    throw invalid('Cannot set use_index to false when querying for a specific block');
  }
  return findBlockByHashOrHeight(which, chain);
}

function invalid(message: string): RpcError {
  return new RpcError(RPC.invalidParameter, message);
}

/** From the coins themselves: all of them are looked at. */
async function countedToJson(
  hashType: UtxoHashType,
  { node: { chain }, clock, node }: RpcContext,
): Promise<Json> {
  const { snapshot, tip } = await chain.snapshotCoins();
  try {
    const found = await utxoStatistics(snapshot, hashType, { clock });
    const { coins } = await node.sizeOnDisk();
    return {
      height: tip.height,
      bestblock: toReversedHex(tip.hash),
      txouts: found.txouts,
      bogosize: found.bogosize,
      ...(found.hash !== undefined && { [hashType]: toReversedHex(found.hash) }),
      total_amount: amountNumber(found.totalAmount),
      transactions: found.transactions,
      disk_size: coins,
    };
  } finally {
    await snapshot.release();
  }
}

async function indexedToJson(block: BlockNode, hashType: UtxoHashType, node: Node): Promise<Json> {
  const state = await indexState(node, 'coins');
  if (state?.isInStep !== true && block.height > (state?.height ?? 0)) {
    const where = `Current height: ${state?.height ?? 0}`;
    throw new RpcError(
      RPC.internal,
      `Unable to get data because coinstatsindex is still syncing. ${where}`,
    );
  }
  const { muHash, sums } = await rowAfter(block, node);
  const before = block.parent && (await rowAfter(block.parent, node)).sums;
  return {
    height: block.height,
    bestblock: toReversedHex(block.hash),
    txouts: sums.txouts,
    bogosize: sums.bogosize,
    ...(hashType === 'muhash' && { muhash: toReversedHex(muHash) }),
    total_amount: amountNumber(sums.totalAmount),
    total_unspendable_amount: amountNumber(unspendableOf(sums)),
    block_info: changeToJson(sums, before),
  };
}

async function rowAfter(block: BlockNode, { indexes }: Node): Promise<CoinRow> {
  const row = await indexes.coins?.after(block);
  if (row === undefined) throw new RpcError(RPC.internal, 'Unable to read UTXO set');
  return row;
}

/** What a block has added to the sums. */
function changeToJson(after: CoinSums, before: CoinSums | undefined): JsonObject {
  const added = (pick: (sums: CoinSums) => bigint): Json =>
    amountNumber(pick(after) - (before === undefined ? 0n : pick(before)));
  return {
    prevout_spent: added((sums) => sums.prevoutSpent),
    coinbase: added((sums) => sums.coinbase),
    new_outputs_ex_coinbase: added((sums) => sums.newOutputs),
    unspendable: added(unspendableOf),
    unspendables: {
      genesis_block: added((sums) => sums.genesisBlock),
      bip30: added((sums) => sums.bip30),
      scripts: added((sums) => sums.scripts),
      unclaimed_rewards: added((sums) => sums.unclaimed),
    },
  };
}
