/** What was known of blocks at some moment, to be put back to it. */
import type { RuleError } from '../../protocol/consensus/rule-error.ts';
import type { BlockNode } from './block-node.ts';
import { STORED, UNDO_STORED } from './block-status.ts';

/** What changes of a node. Where its body is may change as well, but what is there is the same. */
type NodeMemory = Pick<
  BlockNode,
  'status' | 'transactionCount' | 'chainTransactionCount' | 'sequence'
>;

/** Whatever of a tree of blocks is not the same for all time. */
export interface TreeMemory {
  /** All that were known. */
  readonly nodes: ReadonlyMap<BlockNode, NodeMemory>;
  readonly leaves: readonly BlockNode[];
  readonly failures: ReadonlyMap<BlockNode, RuleError>;
  readonly bestHeader: BlockNode;
  readonly lastCheckpoint: number;
  readonly nextSequence: number;
  readonly nextPrecious: number;
  readonly preciousWork: bigint;
}

const BODY_MASK = STORED | UNDO_STORED;

export function rememberNode(node: BlockNode): NodeMemory {
  const { status, transactionCount, chainTransactionCount, sequence } = node;
  return { status, transactionCount, chainTransactionCount, sequence };
}

/**
 * Puts a node back to what it was. What was pruned meanwhile stays so.
 *
 * @returns whether its record on the disk is another one now
 */
export function recallNode(node: BlockNode, then: NodeMemory): boolean {
  const { status, transactionCount } = node;
  Object.assign(node, then);
  // A body that came back after it was pruned is elsewhere now: this is where it is read from.
  node.status = then.status & (status | ~BODY_MASK);
  return node.status !== status || transactionCount !== then.transactionCount;
}
