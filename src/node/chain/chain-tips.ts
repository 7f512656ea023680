import type { BlockNode } from './block-node.ts';
import type { BlockTree } from './block-tree.ts';

/**
 * What Bitcoin Core's `getchaintips` says of a branch.
 *
 * - `active`: the one that is followed
 * - `valid-fork`: it has been verified, and another one is followed
 * - `valid-headers`: all its blocks are here, and were not verified
 * - `headers-only`: not all of them are here
 * - `invalid`: at least one of them breaks a rule
 */
export type BranchStatus = 'active' | 'valid-fork' | 'valid-headers' | 'headers-only' | 'invalid';

export interface ChainTip {
  readonly node: BlockNode;
  /** How many blocks of the branch are not on the one that is followed. */
  readonly branchLength: number;
  readonly status: BranchStatus;
}

/** The ends of all branches, the highest first. */
export function chainTips(tree: BlockTree): readonly ChainTip[] {
  const ends = new Set(tree.leaves).add(tree.tip);
  return [...ends]
    .map((node) => ({
      node,
      branchLength: node.height - tree.active.forkWith(node).height,
      status: statusOf(node, tree),
    }))
    .sort((a, b) => b.node.height - a.node.height);
}

function statusOf(node: BlockNode, { active }: BlockTree): BranchStatus {
  if (active.contains(node)) return 'active';
  if (node.isFailed) return 'invalid';
  if (node.chainTransactionCount === 0) return 'headers-only';
  return node.isValid ? 'valid-fork' : 'valid-headers';
}
