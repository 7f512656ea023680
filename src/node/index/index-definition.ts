import type { BlockUndo } from '../../protocol/consensus/connect-block.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import type { BlockNode } from '../chain/block-node.ts';
import type { Changes } from './changes.ts';
import type { Pace } from './pace.ts';

/** A block with all that connecting it has shown. */
export interface FollowedBlock {
  readonly node: BlockNode;
  readonly block: Block;
  /** The coins that it spent. */
  readonly undo: BlockUndo;
}

/**
 * What one index makes of blocks. The rest is the same for all of them, and is done by
 * `FollowerRunner`: to read blocks, to write changes, to go back, to catch up.
 */
export interface IndexDefinition {
  /** The name of its folder, and what people call it. */
  readonly name: string;
  /** Of its layout. An index of an earlier one is built anew. */
  readonly version: number;
  /** Adds what there is to say of a block, which builds on the last one that was connected. */
  connect(block: FollowedBlock, changes: Changes, pace: Pace): Promise<void>;
  /** Takes back what {@link connect} did for the last block. */
  disconnect(block: FollowedBlock, changes: Changes, pace: Pace): Promise<void>;
}
