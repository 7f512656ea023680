import type { RuleError } from '../../protocol/consensus/rule-error.ts';
import type { ScriptJob } from '../../protocol/consensus/script-job.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import type { Transaction } from '../../protocol/primitives/transaction.ts';

/**
 * Runs the scripts of blocks, wherever that is: here, between the turns of others, or on threads.
 *
 * Several blocks may be under way at once. They were all connected before, so that their scripts can
 * be run in any order.
 */
export interface ScriptVerifier {
  /** How many threads run scripts at once. */
  readonly threads: number;
  /**
   * Resolves with the first failure in the order of the block, or with nothing if all scripts pass.
   * Rejects with a `VerifierError` if they could not be run.
   */
  verify(scripts: BlockScripts): Promise<ScriptFailure | undefined>;
  /** Ends the threads. What is under way rejects. */
  close(): Promise<void>;
}

/** All scripts of a block, and its bytes, which are shorter to hand over than what they were made into. */
export interface BlockScripts {
  readonly block: Block;
  readonly raw: Uint8Array;
  /** One for each transaction that spends coins, in the order of the block. */
  readonly jobs: readonly ScriptJob[];
}

export interface ScriptFailure {
  /** The number of the job that failed. */
  readonly job: number;
  readonly error: RuleError;
}

/**
 * Transactions whose scripts have passed before, under the same rules: those of the mempool are not
 * run again when a block confirms them.
 */
export interface ScriptCache {
  has(tx: Transaction, flags: number): boolean;
}
