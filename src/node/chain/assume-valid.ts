import { blockWork } from '../../protocol/primitives/target.ts';
import type { BlockNode } from './block-node.ts';
import type { BlockTree } from './block-tree.ts';

/** How much work, in seconds at today's pace, must lie above a block whose scripts are not run. */
const TWO_WEEKS = 14 * 24 * 60 * 60;

export interface AssumeValidFacts {
  readonly tree: BlockTree;
  /** The block up to which scripts are taken as valid; undefined if there is none. */
  readonly assumeValid: Uint8Array | undefined;
  readonly minimumChainWork: bigint;
  readonly spacingSeconds: number;
}

/**
 * Whether the scripts of a block need not be run: somebody else has, and its hash came with the
 * program. Everything but the scripts is checked all the same, so that not even a wrong hash could
 * create money.
 *
 * The conditions are Bitcoin Core's: the block is below that hash and on the best branch of headers,
 * which has the work of a real chain; and so much work is on top of it that nobody who can convince
 * users to change the hash gains by it.
 */
export function isAssumedValid(node: BlockNode, facts: AssumeValidFacts): boolean {
  const { tree, assumeValid, minimumChainWork, spacingSeconds } = facts;
  if (assumeValid === undefined) return false;
  const assumed = tree.headers.find(assumeValid);
  const { bestHeader } = tree;
  return (
    assumed !== undefined &&
    node.isAncestorOf(assumed) &&
    node.isAncestorOf(bestHeader) &&
    bestHeader.chainWork >= minimumChainWork &&
    equivalentSeconds(node, bestHeader, spacingSeconds) > TWO_WEEKS
  );
}

/** How long the work between two blocks of a branch would take at the difficulty of the second. */
function equivalentSeconds(from: BlockNode, to: BlockNode, spacingSeconds: number): bigint {
  return ((to.chainWork - from.chainWork) * BigInt(spacingSeconds)) / blockWork(to.bits);
}
