/** Where the chain is. */
import type { Clock } from '../../../outside/clock/clock.ts';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import { difficulty } from '../../../protocol/primitives/target.ts';
import type { Json, JsonObject } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { Chain } from '../../chain/chain.ts';
import type { Node } from '../../node.ts';
import { verificationProgress } from '../../p2p/sync/sync-progress.ts';
import { int32From } from '../arguments.ts';
import { bestHeaderOf } from '../best-header.ts';
import { lastPrunedHeight } from '../block-data.ts';
import { findBlock } from '../find-block.ts';
import type { RpcContext } from '../rpc-context.ts';
import { RPC, RpcError } from '../rpc-error.ts';
import type { RpcMethod } from '../rpc-method.ts';
import { getIndexInfo } from './index-info.ts';

const MONTH_SECONDS = 30 * 24 * 60 * 60;
const MIB = 2 ** 20;
/** Of the database of coins, which keeps what it has read. */
const COINS_DB_CACHE_BYTES = 8 * MIB;
/** What Core shares out by default: `-dbcache`. */
const CORE_CACHE_BYTES = 450 * MIB;
/** The part of it that is for the database of headers. */
const HEADERS_DB_CACHE_BYTES = 2 * MIB;

export const stateMethods: readonly RpcMethod[] = [
  {
    name: 'getblockchaininfo',
    family: 'blockchain',
    about: 'Where the chain is: its tip, its work, how much of it is here.',
    parameters: [],
    result: '{ "chain": "str", "blocks": n, "headers": n, "bestblockhash": "hex", … }',
    run: getBlockchainInfo,
  },
  {
    name: 'getbestblockhash',
    family: 'blockchain',
    about: 'The hash of the tip, the last block that has been verified.',
    parameters: [],
    result: '"hex"',
    run: (_, { node: { chain } }) => toReversedHex(chain.tip.hash),
  },
  {
    name: 'getblockcount',
    family: 'blockchain',
    about: 'The height of the tip. The first block has height 0.',
    parameters: [],
    result: 'n',
    run: (_, { node: { chain } }) => chain.tip.height,
  },
  {
    name: 'getdifficulty',
    family: 'blockchain',
    about: 'How many times harder a block is than the easiest one that Bitcoin allows.',
    parameters: [],
    result: 'n',
    run: (_, { node: { chain } }) => difficulty(chain.tip.bits),
  },
  {
    name: 'getchaintips',
    family: 'blockchain',
    about: 'The ends of all branches that are known, the one that is followed among them.',
    parameters: [],
    result: '[ { "height": n, "hash": "hex", "branchlen": n, "status": "str" }, … ]',
    run: getChainTips,
  },
  {
    name: 'getchaintxstats',
    family: 'blockchain',
    about: 'How many transactions there are, and how many a second there were lately.',
    parameters: [
      {
        name: 'nblocks',
        type: 'number',
        optional: true,
        about: 'The number of blocks to look at; a month of them by default.',
      },
      {
        name: 'blockhash',
        type: 'string',
        optional: true,
        about: 'The last of these blocks; the tip by default.',
      },
    ],
    result: '{ "time": n, "txcount": n, …, "txrate": n }',
    run: getChainTxStats,
  },
  {
    name: 'getchainstates',
    family: 'blockchain',
    about: 'The sets of coins that this node keeps, and how far each is. There is one.',
    parameters: [],
    result: '{ "headers": n, "chainstates": [ { "blocks": n, … } ] }',
    run: getChainStates,
  },
  {
    name: 'getindexinfo',
    family: 'util',
    about: 'How far the indexes are.',
    parameters: [
      {
        name: 'index_name',
        type: 'string',
        optional: true,
        about: 'Tell of this one only.',
      },
    ],
    result: '{ "name": { "synced": true|false, "best_block_height": n }, … }',
    run: getIndexInfo,
  },
];

async function getBlockchainInfo(_: unknown, { node, clock }: RpcContext): Promise<Json> {
  const { chain } = node;
  const { blocks } = await node.sizeOnDisk();
  const { tip } = chain;
  return {
    chain: chain.params.name,
    blocks: tip.height,
    headers: bestHeaderOf(chain).height,
    bestblockhash: toReversedHex(tip.hash),
    difficulty: difficulty(tip.bits),
    time: tip.time,
    mediantime: tip.medianTimePast,
    verificationprogress: progressOf(chain, clock),
    initialblockdownload: chain.isInitialBlockDownload,
    chainwork: tip.chainWork.toString(16).padStart(64, '0'),
    size_on_disk: blocks,
    pruned: chain.isPruning,
    ...pruningToJson(node),
    warnings: [],
  };
}

function pruningToJson({ chain }: Node): JsonObject {
  if (!chain.isPruning) return {};
  const last = lastPrunedHeight(chain);
  return {
    pruneheight: last === undefined ? 0 : last + 1,
    automatic_pruning: chain.pruneTargetBytes !== undefined,
    prune_target_size: chain.pruneTargetBytes,
  };
}

/**
 * How much of the chain has been verified, from 0 to 1. Core knows how many transactions its chains had
 * when it was released; here the headers tell how much there is to come.
 */
function progressOf(chain: Chain, clock: Clock): number {
  const ofHeaders = (chain.tip.height + 1) / (chain.bestHeader.height + 1);
  return Math.min(verificationProgress(chain.tip, clock), ofHeaders);
}

function getChainTips(_: unknown, { node: { chain } }: RpcContext): Json {
  return chain.tips().map(({ node, branchLength, status }) => ({
    height: node.height,
    hash: toReversedHex(node.hash),
    branchlen: branchLength,
    status,
  }));
}

function getChainTxStats(
  [count, hash]: readonly (JsonValue | undefined)[],
  { node: { chain } }: RpcContext,
): Json {
  const last = hash === undefined ? chain.tip : findBlock(hash, chain);
  if (!chain.contains(last)) {
    throw new RpcError(RPC.invalidParameter, 'Block is not in main chain');
  }
  const month = Math.floor(MONTH_SECONDS / chain.params.consensus.spacingSeconds);
  const blocks =
    count === undefined ? Math.max(0, Math.min(month, last.height - 1)) : int32From(count);
  if (blocks < 0 || (blocks > 0 && blocks >= last.height)) {
    throw new RpcError(
      RPC.invalidParameter,
      "Invalid block count: should be between 0 and the block's height - 1",
    );
  }
  return {
    time: last.time,
    txcount: last.chainTransactionCount > 0 ? last.chainTransactionCount : undefined,
    window_final_block_hash: toReversedHex(last.hash),
    window_final_block_height: last.height,
    window_block_count: blocks,
    ...(blocks > 0 && windowToJson(last.ancestor(last.height - blocks) as BlockNode, last)),
  };
}

function windowToJson(before: BlockNode, last: BlockNode): JsonObject {
  const seconds = last.medianTimePast - before.medianTimePast;
  const isCounted = last.chainTransactionCount > 0 && before.chainTransactionCount > 0;
  const transactions = last.chainTransactionCount - before.chainTransactionCount;
  return {
    window_interval: seconds,
    window_tx_count: isCounted ? transactions : undefined,
    txrate: isCounted && seconds > 0 ? transactions / seconds : undefined,
  };
}

/**
 * The memory for coins, as Core shares it out: of what is left, an eighth goes to the index of
 * transactions, and then an eighth to that of filters.
 */
function coinCacheBytes({ indexes }: Node): number {
  let left = CORE_CACHE_BYTES - HEADERS_DB_CACHE_BYTES;
  if (indexes.transactions !== undefined) left -= Math.floor(left / 8);
  if (indexes.filters !== undefined) left -= Math.floor(left / 8);
  return left - COINS_DB_CACHE_BYTES;
}

function getChainStates(_: unknown, { node, clock }: RpcContext): Json {
  const { chain } = node;
  const { tip } = chain;
  const state = {
    blocks: tip.height,
    bestblockhash: toReversedHex(tip.hash),
    difficulty: difficulty(tip.bits),
    verificationprogress: progressOf(chain, clock),
    coins_db_cache_bytes: COINS_DB_CACHE_BYTES,
    coins_tip_cache_bytes: coinCacheBytes(node),
    validated: true,
  };
  return { headers: bestHeaderOf(chain).height, chainstates: [state] };
}
