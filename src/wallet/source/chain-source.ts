import type { Block } from '../../protocol/primitives/block.ts';
import type { BlockHash, Txid } from '../../protocol/primitives/hashes.ts';
import type { Transaction } from '../../protocol/primitives/transaction.ts';
import type { SourceError } from './source-error.ts';

/** A block of the chain that a node follows, and where it stands. */
export interface BlockPlace {
  readonly hash: BlockHash;
  /** Of the block before; zeros for the first one. */
  readonly parent: Uint8Array;
  readonly height: number;
  /** What its header says, in seconds since 1970. */
  readonly time: number;
  /** The median of the times of the last eleven blocks, which never goes back. */
  readonly medianTime: number;
}

/** A part of a branch, from a height up to a block, both included. */
export interface Stretch {
  readonly from: number;
  /** What lies below are its ancestors. */
  readonly to: BlockPlace;
  /** The hash of the block below the first one, where the caller knows it. */
  readonly after?: Uint8Array | undefined;
}

export interface PlacedBlock {
  readonly place: BlockPlace;
  /** Undefined where this is as far as has been looked, and there is nothing since the one before. */
  readonly block: Block | undefined;
}

/** Why a transaction left the pool of a node; see `RemovalReason` there. From afar, nobody can tell. */
export type LeaveReason =
  | ('block' | 'conflict' | 'replaced' | 'expired' | 'size' | 'reorg' | 'cleared')
  | 'unknown';

/**
 * What happens at a node, in order.
 *
 * - `connected`, `disconnected`: a block has become the tip; was it, and its parent is the tip now.
 *   After a long absence of a node that is far away, only its tip is told.
 * - `tip`: nothing more is under way.
 * - `entered`, `left`: a transaction has come into the pool, and has gone.
 * - `reachable`, `unreachable`: of a node that is far away; `error` says why.
 */
export type SourceEvent =
  | { readonly kind: 'connected'; readonly place: BlockPlace; readonly block: Block }
  | { readonly kind: 'disconnected'; readonly place: BlockPlace }
  | { readonly kind: 'tip'; readonly place: BlockPlace }
  | { readonly kind: 'entered'; readonly tx: Transaction }
  | { readonly kind: 'left'; readonly tx: Transaction; readonly reason: LeaveReason }
  | { readonly kind: 'reachable' }
  | { readonly kind: 'unreachable'; readonly error: SourceError };

/**
 * Hears of what happens. A node in the same process waits, after a block, for what it gives back: who
 * made the block reads what the wallet wrote. So a listener must not wait for {@link ChainSource.broadcast}.
 */
export type SourceListener = (event: SourceEvent) => void | Promise<void>;

/** What a node says to a transaction. */
export type BroadcastVerdict =
  | { readonly kind: 'accepted' }
  /** It was in the pool before. */
  | { readonly kind: 'known' }
  /** `reason` is Bitcoin Core's word: `insufficient fee, rejecting replacement …`. */
  | { readonly kind: 'rejected'; readonly reason: string }
  /** Nobody has heard of it. */
  | { readonly kind: 'unreachable' };

/** What a node asks of transactions, in satoshis for 1,000 virtual bytes. */
export interface RelayTerms {
  /** The least that gets into its pool now. */
  readonly minFeeRate: bigint;
  /** The least that it ever takes, however much room it has; `minFeeRate` is no less. */
  readonly minRelayFeeRate?: bigint;
  readonly incrementalFeeRate: bigint;
  readonly dustFeeRate: bigint;
  /** How many transactions that wait may depend on each other, the last one included; 25 by default. */
  readonly ancestorLimit?: number;
  /** How many may wait for one, that one included; 25 by default. */
  readonly descendantLimit?: number;
}

/** What is known of a transaction in the pool, and of those that it depends on, itself included. */
export interface PoolStanding {
  readonly ancestorCount: number;
  readonly ancestorVsize: number;
  readonly ancestorFees: bigint;
}

/**
 * A node, as a wallet sees it; the only way by which they meet. It may be in this process or far away:
 * whatever cannot be answered because nobody is there is a `SourceError` (`unreachable`).
 */
export interface ChainSource {
  readonly isReachable: boolean;
  /** The last block of the chain that is followed. */
  tip(): Promise<BlockPlace>;
  /** The block of this height on that chain; undefined above the tip. */
  placeAt(height: number): Promise<BlockPlace | undefined>;
  /** A block on that chain; undefined for others. */
  find(hash: Uint8Array): Promise<BlockPlace | undefined>;
  /**
   * A block with its transactions.
   *
   * @throws `SourceError` `no-block` if it is unknown, or has been pruned
   */
  block(hash: Uint8Array): Promise<Block>;
  /**
   * The blocks of a stretch that may pay to or spend from these scripts: by their filters (BIP158)
   * where the node has them, else all. They come in order, and are of one branch. `scripts` is asked
   * again now and then, since a wallet learns of more as it goes.
   *
   * @throws `SourceError` `moved` if the stretch is not, or is no longer, a part of the chain
   */
  blocksConcerning(
    stretch: Stretch,
    scripts: () => readonly Uint8Array[],
  ): AsyncIterable<PlacedBlock>;
  /** Tells of all that happens from now on; what it gives back ends that. */
  follow(listener: SourceListener): () => void;
  /** Offers a transaction to the node, and through it to all others. */
  broadcast(tx: Transaction): Promise<BroadcastVerdict>;
  /** Those of these transactions that are in the pool. */
  inPool(txids: readonly Txid[]): Promise<readonly Txid[]>;
  /** All that is in the pool, parents first: for a wallet that comes by. */
  pool(): Promise<readonly Transaction[]>;
  poolStanding(txid: Txid): Promise<PoolStanding | undefined>;
  /** What to pay to be in one of so many blocks, in satoshis for 1,000 virtual bytes; undefined where nothing is known. */
  feeRate(target: number, mode: 'economical' | 'conservative'): Promise<bigint | undefined>;
  relayTerms(): Promise<RelayTerms>;
}
