/**
 * The chain is a sequence of blocks; what follows from them is kept in ledgers. This is the seam
 * between the two: the chain says which block comes, and a ledger says what follows.
 */
import type { Block } from '../../protocol/primitives/block.ts';
import type { WriteBatch } from '../storage/write-batch.ts';
import type { BlockNode } from './block-node.ts';

/** A block in its place. */
export interface PlacedBlock {
  readonly node: BlockNode;
  readonly block: Block;
}

/**
 * A ledger that all nodes must agree on: it can refuse a block, and what it holds is written together
 * with the tip, at once. The coins are one (`CoinLedger`), and the only one that every chain has.
 */
export interface ConsensusLedger {
  /** Names what it keeps in the database. Once chosen, it stays. */
  readonly name: string;
  /**
   * Brings into memory what a block needs. What it resolves with connects the block to the state after
   * its parent, at once, and gives back what takes that back. It throws a `RuleError`, and changes
   * nothing, if the block breaks a rule of the ledger.
   */
  prepare(placed: PlacedBlock): Promise<() => Uint8Array>;
  /** Takes back a block, the last one that was connected. At once, and in memory only. */
  disconnect(placed: PlacedBlock, undo: Uint8Array): void;
  /** Adds all that has changed since the last time to a batch, which will be written. */
  stage(batch: WriteBatch): void;
}

/**
 * What follows the chain without a say in it: it keeps its own tip, may lag behind, and catches up.
 * Indexes and wallets are followers.
 */
export interface Follower {
  readonly name: string;
  /**
   * Resolves when the follower has seen this block, or has seen it go again: who has waited for it
   * reads what he wrote.
   */
  settled(tip: BlockNode): Promise<void>;
}
