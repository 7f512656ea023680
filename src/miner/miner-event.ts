import type { CodedError } from '../protocol/bytes/coded-error.ts';
import type { BlockHash } from '../protocol/primitives/hashes.ts';
import type { FeedEvent } from './template-feed.ts';

/** A block that was found. */
export interface FoundBlock {
  readonly height: number;
  readonly hash: BlockHash;
  /** What its coinbase pays. */
  readonly reward: bigint;
}

/**
 * What happens to a miner, beside what {@link FeedEvent} tells of the node:
 *
 * - `rate`: how fast it has been in the last seconds
 * - `found`: a block has been found, and is on its way to the node
 * - `accepted`: the node has it
 * - `refused`: the node does not want it, for this reason
 * - `unsent`: the node is away, and will get it later
 */
export type SoloMinerEvent =
  | FeedEvent
  | { readonly kind: 'rate'; readonly hashesPerSecond: number }
  | { readonly kind: 'found'; readonly block: FoundBlock }
  | { readonly kind: 'accepted'; readonly block: FoundBlock }
  | {
      readonly kind: 'refused';
      readonly block: FoundBlock;
      readonly reason: string;
      readonly words: string;
    }
  | { readonly kind: 'unsent'; readonly block: FoundBlock; readonly error: CodedError };

/** What a miner has come to so far. */
export interface MinerTotals {
  /** Blocks that were found. Those that are neither accepted nor refused are on their way. */
  readonly found: number;
  readonly accepted: number;
  readonly refused: number;
  /** What the blocks that were accepted pay. */
  readonly reward: bigint;
  readonly hashes: number;
  /** How long it has searched: not while it waited for something. */
  readonly searchedMs: number;
}
