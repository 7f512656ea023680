import type { BlockHeader } from '../../../protocol/primitives/block-header.ts';
import { MSG_BLOCK } from '../../../protocol/wire/inventory.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { CompactBlocks } from './block-requests.ts';
import type { SyncChain, SyncPeers } from './sync-parts.ts';
import type { SyncPeer } from './sync-peer.ts';

/** More new blocks than this are not told one by one. */
const MOST_HEADERS = 8;
/** The first version that knows `sendheaders` (BIP130). */
const SENDHEADERS_VERSION = 70012;

export interface AnnouncerParts {
  readonly chain: SyncChain;
  readonly states: SyncPeers;
  readonly compact: CompactBlocks;
}

/** Tells peers about new blocks of the branch that is followed, each in the way that it wants. */
export class BlockAnnouncer {
  readonly #parts: AnnouncerParts;
  /** The tip that peers have been told of. */
  #told: BlockNode;

  constructor(parts: AnnouncerParts) {
    this.#parts = parts;
    this.#told = parts.chain.tip;
  }

  /** Asks for headers as announcements of a peer that is on a real chain; others get to know us later. */
  offerHeaders(state: SyncPeer): void {
    const { best, peer } = state;
    if (state.saidSendHeaders || peer.protocolVersion < SENDHEADERS_VERSION) return;
    if (best === undefined || best.chainWork <= this.#parts.chain.minimumChainWork) return;
    state.saidSendHeaders = true;
    peer.send({ command: 'sendheaders' });
  }

  /** There is a new tip, and nothing more under way. */
  tipChanged(tip: BlockNode): void {
    const before = this.#told;
    this.#told = tip;
    // Blocks of the past are no news.
    if (this.#parts.chain.isInitialBlockDownload) return;
    const fork = before.forkWith(tip);
    const count = tip.height - fork.height;
    if (count === 0) return;
    const fresh: BlockNode[] = [];
    for (let node = tip; fresh.length < Math.min(count, MOST_HEADERS); ) {
      fresh.push(node);
      node = node.parent as BlockNode;
    }
    fresh.reverse();
    for (const state of this.#parts.states) this.#announce(state, fresh, tip);
  }

  #announce(state: SyncPeer, fresh: readonly BlockNode[], tip: BlockNode): void {
    const { chain, compact } = this.#parts;
    const { peer } = state;
    if (peer.isGone) return;
    state.resolveUnknown(chain);
    const headers = this.#headersFor(state, fresh);
    if (headers?.length === 0) return;
    if (headers !== undefined) {
      const mayBeCompact = headers.length === 1 && (state.wantsHeaders || fresh.length === 1);
      if (mayBeCompact && compact.announceCompact?.(peer, tip) === true) {
        state.headerSent = tip;
        return;
      }
      if (state.wantsHeaders) {
        peer.send({ command: 'headers', headers });
        state.headerSent = tip;
        return;
      }
    }
    if (state.hasHeader(tip)) return;
    peer.send({ command: 'inv', items: [{ type: MSG_BLOCK, hash: tip.hash }] });
  }

  /**
   * The headers that a peer lacks, if it has the one before them; they would mean nothing to it
   * otherwise. None if it has them all.
   */
  #headersFor(state: SyncPeer, fresh: readonly BlockNode[]): readonly BlockHeader[] | undefined {
    const missing = fresh.filter((node) => !state.hasHeader(node));
    const [first] = missing;
    if (first?.parent !== undefined && !state.hasHeader(first.parent)) return undefined;
    return missing.map(({ header }) => header);
  }
}
