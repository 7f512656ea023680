import type { Clock } from '../../../outside/clock/clock.ts';
import type { Entropy } from '../../../outside/entropy/entropy.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import type { ChainReader } from '../../chain/chain-reader.ts';
import type { Log } from '../../log/log.ts';
import type { Mempool } from '../../mempool/mempool.ts';
import type { MempoolEntry } from '../../mempool/mempool-entry.ts';
import type { AcceptResult } from '../../mempool/mempool-results.ts';
import type { Peer } from '../peer/peer.ts';
import type { PeerSet } from '../peers.ts';

/** What relay needs of the pool. */
export type RelayPool = Pick<
  Mempool,
  | 'accept'
  | 'acceptPackage'
  | 'get'
  | 'getByWtxid'
  | 'entries'
  | 'sequence'
  | 'size'
  | 'usageBytes'
  | 'minFeeRate'
  | 'options'
  | 'on'
>;

/** What relay needs of the chain. */
export type RelayChain = Pick<ChainReader, 'on'> & {
  /** Transactions mean nothing to a node that does not know the coins yet. */
  readonly isInitialBlockDownload: boolean;
};

/** Which transactions a peer wants to hear of, as it has said: its Bloom filter (BIP37), if it has one. */
export interface AnnouncementFilter {
  /** False for a peer that asked, in `version`, not to be told of any, until it loads a filter. */
  isWanted(peer: Peer): boolean;
  /** Whether its filter lets a transaction through. May add to the filter, so ask once, parents first. */
  matches(peer: Peer, tx: Transaction): boolean;
}

/** What peers say in `version`, when there are no Bloom filters. */
export const asTheyConnected: AnnouncementFilter = {
  isWanted: (peer) => peer.version.relay,
  matches: () => true,
};

export interface RelayOptions {
  /** Take no transactions from peers without the permission `relay`: `-blocksonly`. */
  readonly blocksOnly: boolean;
  /** Whether this node offers Bloom filters (BIP111), and with them the whole pool to whoever asks (BIP35). */
  readonly offersBloom: boolean;
}

export const DEFAULT_RELAY_OPTIONS: RelayOptions = { blocksOnly: false, offersBloom: false };

export interface RelayParts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly chain: RelayChain;
  readonly pool: RelayPool;
  readonly peers: PeerSet;
  /** {@link asTheyConnected} unless told otherwise. */
  readonly filter?: AnnouncementFilter;
  readonly log?: Log;
  readonly options?: Partial<RelayOptions>;
  /**
   * Hears of transactions that did not get into the pool, or had to leave it, and may yet be in a block:
   * compact blocks look among them too.
   */
  readonly onSpare?: (tx: Transaction) => void;
}

/** What became of a transaction that is to be told to everybody. */
export type BroadcastResult =
  | AcceptResult
  | { readonly kind: 'known'; readonly entry: MempoolEntry };
