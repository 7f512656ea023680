import { blockWork } from '../../../protocol/primitives/target.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { ServeChain } from './serve-parts.ts';

/** Thirty days. */
const STALE_AGE_SECONDS = 30 * 24 * 60 * 60;

/**
 * Whether strangers may know that a block is here. Those of the chain that is followed: yes. Of other
 * branches only what is valid and young, by its time and by the work since: a node that answered for all
 * of them could be recognised by what it once saw.
 */
export function isRequestAllowed(
  chain: Pick<ServeChain, 'bestHeader' | 'contains' | 'params'>,
  node: BlockNode,
): boolean {
  if (chain.contains(node)) return true;
  const { bestHeader } = chain;
  return (
    node.isValid &&
    bestHeader.time - node.time < STALE_AGE_SECONDS &&
    secondsOfWork(node, bestHeader, chain.params.consensus.spacingSeconds) < STALE_AGE_SECONDS
  );
}

/** How long the chain takes, at its present difficulty, to make up for what one block has less work. */
function secondsOfWork(node: BlockNode, best: BlockNode, spacing: number): bigint {
  return ((best.chainWork - node.chainWork) * BigInt(spacing)) / blockWork(best.bits);
}
