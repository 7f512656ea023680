import type { Clock } from '../../../outside/clock/clock.ts';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { Peer } from '../peer/peer.ts';
import { HEADERS_RESPONSE_MS, type HeaderSync } from './header-sync.ts';
import { locatorOf } from './locator.ts';
import type { SyncChain, SyncPeers } from './sync-parts.ts';
import type { SyncPeer } from './sync-peer.ts';

/** How long a peer may know less than we do before it is asked whether it really does. */
const CHAIN_SYNC_MS = 20 * 60_000;
/** So many that once were up to date may stay, whatever becomes of them: we could be the ones who err. */
const MOST_PROTECTED = 4;

export interface OutdatedParts {
  readonly clock: Clock;
  readonly chain: SyncChain;
  readonly states: SyncPeers;
}

/**
 * Lets go of peers that we chose and whose chain stays behind ours: the few connections that we open
 * have to lead to nodes that know the best chain.
 */
export class OutdatedPeers {
  readonly #parts: OutdatedParts;
  readonly #headers: HeaderSync;

  constructor(parts: OutdatedParts, headers: HeaderSync) {
    this.#parts = parts;
    this.#headers = headers;
  }

  /** A peer has told of headers; `mayGoOn` if there may be more after them. */
  told(state: SyncPeer, mayGoOn: boolean): void {
    const { chain, states } = this.#parts;
    const { best, peer } = state;
    if (best === undefined) return;
    if (chain.isInitialBlockDownload && !mayGoOn && best.chainWork < chain.minimumChainWork) {
      if (isChosen(peer))
        peer.disconnect('outbound peer headers chain has insufficient work, disconnecting');
      return;
    }
    if (peer.kind !== 'outbound-full-relay' || state.isProtected) return;
    if (best.chainWork < chain.tip.chainWork) return;
    state.isProtected = states.count(({ isProtected }) => isProtected) < MOST_PROTECTED;
    if (state.isProtected) state.chainDue = undefined;
  }

  /** Looks whether a peer is behind, and for how long. */
  consider(state: SyncPeer): void {
    const { chain, clock } = this.#parts;
    if (state.isProtected || !isChosen(state.peer) || !state.isSyncing) return;
    const now = clock.monotonic();
    const { best, chainDue, chainGoal } = state;
    if (isLevelWith(best, chain.tip)) {
      state.chainDue = undefined;
      state.chainGoal = undefined;
      state.wasAskedForChain = false;
    } else if (
      chainDue === undefined ||
      (chainGoal !== undefined && isLevelWith(best, chainGoal))
    ) {
      // It is behind since just now, or it has caught up with where we were.
      state.chainDue = now + CHAIN_SYNC_MS;
      state.chainGoal = chain.tip;
      state.wasAskedForChain = false;
    } else if (now >= chainDue) {
      this.#overdue(state, chainGoal ?? chain.tip, now);
    }
  }

  #overdue(state: SyncPeer, goal: BlockNode, now: number): void {
    if (state.wasAskedForChain) {
      state.chainDue = undefined;
      const best = state.best === undefined ? '<none>' : toReversedHex(state.best.hash);
      const who = `outbound peer ${state.peer.id}`;
      state.peer.disconnect(`Disconnecting ${who} for old chain, best known block = ${best}`);
      return;
    }
    this.#headers.ask(state, locatorOf(goal.parent ?? goal));
    state.wasAskedForChain = true;
    state.chainDue = now + HEADERS_RESPONSE_MS;
  }
}

function isLevelWith(best: BlockNode | undefined, node: BlockNode): boolean {
  return best !== undefined && best.chainWork >= node.chainWork;
}

/** Whether we opened the connection by ourselves, to stay. */
function isChosen({ kind }: Peer): boolean {
  return kind === 'outbound-full-relay' || kind === 'block-relay-only';
}
