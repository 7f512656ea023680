import type { Clock } from '../../../outside/clock/clock.ts';
import type { Entropy } from '../../../outside/entropy/entropy.ts';
import type { Chain } from '../../chain/chain.ts';
import type { Log } from '../../log/log.ts';
import type { PeerSet } from '../peers.ts';
import type { CompactBlocks } from './block-requests.ts';
import type { PresyncFigures } from './header-presync.ts';
import type { SyncPeer } from './sync-peer.ts';

/** What the download of headers and blocks sees of the chain. */
export type SyncChain = Pick<
  Chain,
  | 'bestHeader'
  | 'contains'
  | 'blockAt'
  | 'genesis'
  | 'isInitialBlockDownload'
  | 'lookup'
  | 'minimumChainWork'
  | 'on'
  | 'params'
  | 'processBlock'
  | 'processHeaders'
  | 'tip'
>;

export interface SyncOutside {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log?: Log;
}

export interface SyncOptions {
  /** For tests, whose chains are short. */
  readonly presync?: PresyncFigures;
  /**
   * The tip has not changed for so long that something may be wrong with our peers, and one more should
   * be tried; or that is over.
   */
  readonly onStaleTip?: (isStale: boolean) => void;
}

/** What the parts of the download share. */
export interface SyncParts extends SyncOutside {
  readonly log: Log;
  readonly chain: SyncChain;
  readonly peers: PeerSet;
  readonly states: SyncPeers;
  readonly compact: CompactBlocks;
  readonly options: SyncOptions;
}

/** The peers that are there, oldest first. */
export class SyncPeers {
  readonly #byId = new Map<number, SyncPeer>();

  add(state: SyncPeer): void {
    this.#byId.set(state.peer.id, state);
  }

  remove({ peer }: SyncPeer): void {
    this.#byId.delete(peer.id);
  }

  get(peer: { readonly id: number }): SyncPeer | undefined {
    return this.#byId.get(peer.id);
  }

  [Symbol.iterator](): IterableIterator<SyncPeer> {
    return this.#byId.values();
  }

  count(condition: (state: SyncPeer) => boolean): number {
    let count = 0;
    for (const state of this.#byId.values()) if (condition(state)) count++;
    return count;
  }
}
