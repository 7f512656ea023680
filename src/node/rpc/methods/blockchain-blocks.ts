/** Blocks, one at a time. */
import { toHex, toReversedHex } from '../../../protocol/bytes/hex.ts';
import { blockStatistics } from '../../../protocol/report/block-statistics.ts';
import { blockStatisticsToJson } from '../../../protocol/report/block-statistics-to-json.ts';
import {
  blockSummaryToJson,
  blockTransactionsToJson,
  blockWithTransactionsToJson,
} from '../../../protocol/report/block-to-json.ts';
import { headerToJson } from '../../../protocol/report/header-to-json.ts';
import type { Json, JsonObject } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import { arrayFrom, booleanFrom, hashFrom, int32From, stringFrom } from '../arguments.ts';
import { placeOf, requireBody, requireUndo } from '../block-data.ts';
import { findBlock, findBlockByHashOrHeight } from '../find-block.ts';
import { indexState, requireFilterIndex } from '../index-state.ts';
import { oneAfterAnother } from '../one-after-another.ts';
import type { RpcContext } from '../rpc-context.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcMethod } from '../rpc-method.ts';

const DEFAULT_VERBOSITY = 1;
/** So many take a few milliseconds. */
const TRANSACTIONS_A_TURN = 50;

type Arguments = readonly (JsonValue | undefined)[];

export const blockMethods: readonly RpcMethod[] = [
  {
    name: 'getblockhash',
    family: 'blockchain',
    about: 'The hash of the block at a height of the chain that is followed.',
    parameters: [{ name: 'height', type: 'number', about: 'Its height.' }],
    result: '"hex"',
    run: getBlockHash,
  },
  {
    name: 'getblockheader',
    family: 'blockchain',
    about: 'The header of a block, with its place in the chain.',
    parameters: [
      { name: 'blockhash', type: 'string', about: 'The hash of the block.' },
      {
        name: 'verbose',
        type: 'boolean',
        optional: true,
        about: 'An object (true, the default), or the 80 bytes in hexadecimal digits.',
      },
    ],
    result: '{ "hash": "hex", "confirmations": n, "height": n, … } or "hex"',
    run: getBlockHeader,
  },
  {
    name: 'getblock',
    family: 'blockchain',
    about: 'A block.',
    parameters: [
      { name: 'blockhash', type: 'string', about: 'The hash of the block.' },
      {
        name: 'verbosity',
        aliases: ['verbose'],
        type: 'any',
        optional: true,
        about:
          'The bytes in hexadecimal digits (0), an object with the ids of the transactions (1, the default), with the transactions (2), and with the coins that they spend (3).',
      },
    ],
    result: '{ "hash": "hex", "confirmations": n, "height": n, …, "tx": […] } or "hex"',
    run: getBlock,
  },
  {
    name: 'getblockstats',
    family: 'blockchain',
    about: 'Sizes, amounts and fees of a block. Amounts are in satoshis.',
    parameters: [
      {
        name: 'hash_or_height',
        type: 'any',
        about: 'The hash of the block, or its height on the chain that is followed.',
      },
      {
        name: 'stats',
        type: 'array',
        usage: 'stats',
        optional: true,
        about: 'The names of the figures that are wanted; all by default.',
      },
    ],
    result: '{ "avgfee": n, "avgfeerate": n, …, "utxo_size_inc_actual": n }',
    run: getBlockStats,
  },
  {
    name: 'getblockfilter',
    family: 'blockchain',
    about: 'The compact filter of a block (BIP158). It takes the index of filters.',
    parameters: [
      { name: 'blockhash', type: 'string', about: 'The hash of the block.' },
      {
        name: 'filtertype',
        type: 'string',
        optional: true,
        about: 'The kind of filter: "basic", which is the default.',
      },
    ],
    result: '{ "filter": "hex", "header": "hex" }',
    run: getBlockFilter,
  },
];

function getBlockHash([height]: Arguments, { node: { chain } }: RpcContext): Json {
  const node = chain.blockAt(int32From(height));
  if (node === undefined) {
    throw new RpcError(RPC.invalidParameter, 'Block height out of range');
  }
  return toReversedHex(node.hash);
}

function getBlockHeader([hash, verbose]: Arguments, { node: { chain } }: RpcContext): Json {
  const node = findBlock(hash, chain, 'hash');
  if (verbose !== undefined && !booleanFrom(verbose)) return toHex(node.headerBytes);
  return headerToJson(node.header, placeOf(node, chain));
}

async function getBlock([hash, verbosity]: Arguments, context: RpcContext): Promise<Json> {
  const { chain } = context.node;
  // What is no hash is told before what is no number, and that before what is no block.
  hashFrom(hash, 'blockhash');
  const level = verbosityFrom(verbosity);
  const node = findBlock(hash, chain);
  requireBody(node);
  return oneAfterAnother(context.node, () => describeBlock(node, level, context));
}

async function describeBlock(node: BlockNode, level: number, context: RpcContext): Promise<Json> {
  const { chain } = context.node;
  if (level <= 0) return toHex(await chain.readRaw(node));
  const { block } = await chain.readBlock(node);
  if (level === 1) return blockSummaryToJson(block, placeOf(node, chain));
  const undo = node.hasUndo ? await chain.readUndo(node) : undefined;
  const options = { undo, prevouts: level >= 3 };
  const transactions: Json[] = [];
  for (const tx of blockTransactionsToJson(block, chain.params.addressPrefixes, options)) {
    transactions.push(tx);
    if (transactions.length % TRANSACTIONS_A_TURN === 0) await context.clock.nextTurn();
  }
  return blockWithTransactionsToJson(block, transactions, placeOf(node, chain));
}

/** How much to tell: a number, or whether to tell more than the bytes. */
function verbosityFrom(value: JsonValue | undefined): number {
  if (value === undefined) return DEFAULT_VERBOSITY;
  return typeof value === 'boolean' ? Number(value) : int32From(value);
}

async function getBlockStats([which, stats]: Arguments, context: RpcContext): Promise<Json> {
  const { chain } = context.node;
  const node = findBlockByHashOrHeight(which, chain);
  const wanted = stats === undefined ? [] : arrayFrom(stats).map(stringFrom);
  requireBody(node);
  const undo = await requireUndo(node, chain);
  const { block } = await chain.readBlock(node);
  const { height, medianTimePast: medianTime } = node;
  const { consensus } = chain.params;
  const statistics = blockStatistics(block, { height, medianTime, undo }, consensus);
  return selected(blockStatisticsToJson(statistics), wanted);
}

/** All of them if none is named; else those, in the order of their names. */
function selected(all: JsonObject, wanted: readonly string[]): Json {
  if (wanted.length === 0) return all;
  const chosen = new Map<string, Json>();
  // In Core they are a sorted set, so that the first wrong one is the first by its name.
  for (const name of [...new Set(wanted)].sort()) {
    const figure = Object.hasOwn(all, name) ? all[name] : undefined;
    if (figure === undefined) {
      throw new RpcError(RPC.invalidParameter, `Invalid selected statistic '${name}'`);
    }
    chosen.set(name, figure);
  }
  return chosen;
}

async function getBlockFilter([hash, kind]: Arguments, context: RpcContext): Promise<Json> {
  const { chain, indexes } = context.node;
  const id = hashFrom(hash, 'blockhash');
  requireFilterIndex(kind, context.node);
  const node = chain.lookup(id);
  if (node === undefined) throw new RpcError(RPC.invalidAddressOrKey, 'Block not found');
  const state = await indexState(context.node, 'filters');
  const filter = await indexes.filters?.filter(node);
  const hashes = await indexes.filters?.hashes(node);
  if (filter !== undefined && hashes !== undefined) {
    return { filter: toHex(filter), header: toReversedHex(hashes.header) };
  }
  if (!node.isValid) {
    const why = 'Filter not found. Block was not connected to active chain.';
    throw new RpcError(RPC.invalidAddressOrKey, why);
  }
  if (state?.isInStep !== true) {
    const why = 'Filter not found. Block filters are still in the process of being indexed.';
    throw new RpcError(RPC.misc, why);
  }
  const why = 'Filter not found. This error is unexpected and indicates index corruption.';
  throw new RpcError(RPC.internal, why);
}
