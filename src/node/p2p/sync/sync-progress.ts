import { unixTime } from '../../../outside/clock/clock.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { Peer } from '../peer/peer.ts';
import type { SyncChain } from './sync-parts.ts';
import type { SyncPeer } from './sync-peer.ts';

/** How far a peer is, as `getpeerinfo` tells it; -1 for what is not known. */
export interface PeerProgress {
  readonly startingHeight: number;
  /** The last header that both have. */
  readonly syncedHeaders: number;
  /** The last block that both have. */
  readonly syncedBlocks: number;
  /** How far its headers have been counted before any is stored. */
  readonly presyncedHeaders: number;
  /** Heights of the blocks that it was asked for. */
  readonly inFlight: readonly number[];
  /** Unix time of the last block that it was first to tell us; 0 before. */
  readonly lastAnnouncement: number;
  /** It is not let go, even if its chain stays behind. */
  readonly isProtected: boolean;
}

/** How far this node is. */
export interface SyncProgress {
  readonly isInitialBlockDownload: boolean;
  readonly blocks: number;
  readonly headers: number;
  /** The highest block that a peer is known to have, or said to have when it came. */
  readonly bestPeerHeight: number;
  /** How far the headers have been counted that are not stored yet; undefined if there are none. */
  readonly presyncHeight: number | undefined;
  readonly blocksInFlight: number;
  /** Those that have come and are on their way into the chain, and their bytes. */
  readonly blocksInHand: number;
  readonly bytesInHand: number;
  readonly peers: ReadonlyMap<Peer, PeerProgress>;
}

/** What is known of a chain's transactions: how many up to some time, and how many a second since. */
export interface TransactionRate {
  readonly time: number;
  readonly count: number;
  readonly perSecond: number;
}

/** A chain of which nothing is known beforehand. */
const NO_RATE: TransactionRate = { time: 0, count: 0, perSecond: 0 };

/**
 * Which part of all transactions has been verified, as far as one can guess: `verificationprogress` of
 * `getblockchaininfo`.
 *
 * @example
 * verificationProgress(chain.tip, clock) // 1
 */
export function verificationProgress(
  tip: BlockNode,
  clock: Parameters<typeof unixTime>[0],
  rate: TransactionRate = NO_RATE,
): number {
  const done = tip.chainTransactionCount;
  if (done === 0) return 0;
  const since = unixTime(clock) - (done <= rate.count ? rate.time : tip.time);
  const total = Math.max(done, rate.count) + since * rate.perSecond;
  return Math.min(done / total, 1);
}

/** What is counted beside the peers. */
interface SyncCounts {
  readonly blocksInFlight: number;
  readonly blocksInHand: number;
  readonly bytesInHand: number;
}

export function progressOf(
  chain: SyncChain,
  states: Iterable<SyncPeer>,
  counts: SyncCounts,
): SyncProgress {
  const peers = new Map<Peer, PeerProgress>();
  let bestPeerHeight = 0;
  let presyncHeight: number | undefined;
  for (const state of states) {
    const { best, peer, presync } = state;
    bestPeerHeight = Math.max(bestPeerHeight, best?.height ?? peer.version.startHeight);
    if (presync !== undefined) presyncHeight = Math.max(presyncHeight ?? 0, presync.height);
    peers.set(peer, progressOfPeer(state));
  }
  return {
    isInitialBlockDownload: chain.isInitialBlockDownload,
    blocks: chain.tip.height,
    headers: chain.bestHeader.height,
    bestPeerHeight,
    presyncHeight,
    ...counts,
    peers,
  };
}

function progressOfPeer(state: SyncPeer): PeerProgress {
  return {
    startingHeight: state.peer.version.startHeight,
    syncedHeaders: state.best?.height ?? -1,
    syncedBlocks: state.lastCommon?.height ?? -1,
    presyncedHeaders: state.presync?.height ?? -1,
    inFlight: [...state.inFlight].map(({ height }) => height),
    lastAnnouncement: state.lastAnnouncement,
    isProtected: state.isProtected,
  };
}
