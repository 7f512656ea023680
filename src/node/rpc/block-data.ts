/** The bodies of blocks and what they spent, with Bitcoin Core's words where they are not here. */
import type { BlockUndo } from '../../protocol/consensus/connect-block.ts';
import type { ChainPlace } from '../../protocol/report/header-to-json.ts';
import type { BlockNode } from '../chain/block-node.ts';
import type { ChainReader } from '../chain/chain-reader.ts';
import { RPC, RpcError } from './rpc-error.ts';

/** @throws RpcError -1 if the body of a block is not here */
export function requireBody(node: BlockNode): void {
  if (node.isStored) return;
  throw new RpcError(
    RPC.misc,
    isPruned(node) ? 'Block not available (pruned data)' : 'Block not found on disk',
  );
}

/**
 * What a block spent.
 *
 * @throws RpcError -1 if that is not known any more, or was never found out
 */
export function requireUndo(node: BlockNode, chain: ChainReader): Promise<BlockUndo> {
  if (node.parent === undefined || node.hasUndo) return chain.readUndo(node);
  const what = isPruned(node)
    ? 'Undo data not available (pruned data)'
    : "Can't read undo data from disk";
  throw new RpcError(RPC.misc, what);
}

/** Whether a block was stored and is not any more. */
export function isPruned(node: BlockNode): boolean {
  return !node.isStored && node.transactionCount > 0;
}

/**
 * The height up to which blocks of the chain, or what they spent, have been pruned; undefined if none
 * has. The first block spends nothing, and does not count.
 */
export function lastPrunedHeight(chain: ChainReader): number | undefined {
  const { tip } = chain;
  if (!hasAll(tip)) return tip.height > 0 ? tip.height : undefined;
  let node = tip;
  while (node.height > 1 && hasAll(node.parent as BlockNode)) node = node.parent as BlockNode;
  return node.height > 1 ? node.height - 1 : undefined;
}

function hasAll(node: BlockNode): boolean {
  return node.isStored && (node.hasUndo || node.height === 0);
}

/** What its place in the chain tells of a block. */
export function placeOf(node: BlockNode, chain: ChainReader): ChainPlace {
  const next = chain.next(node)?.hash;
  return {
    confirmations: chain.confirmations(node),
    height: node.height,
    medianTime: node.medianTimePast,
    chainWork: node.chainWork,
    transactionCount: node.transactionCount,
    ...(next !== undefined && { nextBlockHash: next }),
  };
}
