import { unixTime } from '../../../outside/clock/clock.ts';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import { MSG_BLOCK, MSG_CMPCT_BLOCK, MSG_WITNESS_BLOCK } from '../../../protocol/wire/inventory.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import { LIMITS } from '../limits.ts';
import { PeerFault } from '../peer/peer-fault.ts';
import { nextBlocks } from './block-window.ts';
import type { InFlight } from './in-flight.ts';
import type { SyncParts } from './sync-parts.ts';
import type { SyncPeer } from './sync-peer.ts';

/** How long the window may stand still for one peer. It doubles when one has had to go. */
const FIRST_STALL_MS = 2000;
const LAST_STALL_MS = 64_000;
/** And is forgotten by so much with every block that is connected. */
const STALL_DECAY = 0.85;
/** How long the oldest block may take, in block intervals, and for each other peer that delivers. */
const TIMEOUT_INTERVALS = 1;
const TIMEOUT_INTERVALS_EACH = 0.5;
/** With a tip that is at most so many block intervals old, announced blocks are asked for at once. */
const CLOSE_INTERVALS = 20;

/**
 * A peer that has more than a few to give is asked for others only when the chain has nothing to do.
 * Of small blocks, many requests for a few cost more than the blocks, above all by waking up the peer.
 */
export const FEW_IN_FLIGHT = LIMITS.blocksInFlight / 2;
/** While so many blocks are on their way into the chain, no fewer than a few are asked for. */
const MANY_IN_HAND = 4 * LIMITS.blocksInFlight;
const FEW = LIMITS.blocksInFlight / 2;

/**
 * Close to the present, where everything waits for one block, another peer is asked for it after so long.
 * Bitcoin Core waits ten minutes and more, and a peer that announces blocks first and keeps them to
 * itself holds it up; only compact blocks are asked of several peers.
 */
const SECOND_SOURCE_MS = 2000;
const MOST_SOURCES = 3;

export interface DownloadParts extends SyncParts {
  readonly inFlight: InFlight;
  /** Blocks that have come and are on their way into the chain. */
  readonly inHand: ReadonlyMap<BlockNode, unknown>;
}

/** Asks peers for blocks, many at once, and finds out who holds everybody up. */
export class BlockDownload {
  readonly #parts: DownloadParts;
  #stallMs = FIRST_STALL_MS;

  constructor(parts: DownloadParts) {
    this.#parts = parts;
  }

  /** How long the window may stand still at present. */
  get stallTimeoutMs(): number {
    return this.#stallMs;
  }

  get isCloseToPresent(): boolean {
    const { chain, clock } = this.#parts;
    const { spacingSeconds } = chain.params.consensus;
    return chain.tip.time > unixTime(clock) - CLOSE_INTERVALS * spacingSeconds;
  }

  /** Whether a peer is one of those that all headers and blocks are asked of. */
  mayDownloadFrom(state: SyncPeer): boolean {
    if (state.isPreferred) return true;
    if (!state.servesBlocks || state.peer.kind === 'addr-fetch') return false;
    const { inFlight, states } = this.#parts;
    return inFlight.size === 0 || states.count(({ isPreferred }) => isPreferred) === 0;
  }

  /**
   * Asks a peer for the next blocks, as many as it may be asked for.
   *
   * @returns a peer that holds everybody up since just now, if there is one
   */
  request(state: SyncPeer): SyncPeer | undefined {
    const { chain, clock, inHand } = this.#parts;
    const room = LIMITS.blocksInFlight - state.inFlight.size;
    if (room <= 0 || state.peer.isGone || !state.servesBlocks) return undefined;
    if (state.inFlight.size > FEW_IN_FLIGHT && inHand.size > 0) return undefined;
    if (chain.isInitialBlockDownload && (state.isLimited || !this.mayDownloadFrom(state))) {
      return undefined;
    }
    const facts = { ...this.#parts, mayRepeat: this.#mayRepeat };
    const { blocks, staller } = nextBlocks(state, room, facts);
    // Where we are the slow ones, the window moves block by block, and that is no reason to ask so.
    const isTooFew = blocks.length > 0 && blocks.length < FEW && inHand.size > MANY_IN_HAND;
    if (!isTooFew) this.#ask(state, blocks);
    if (state.inFlight.size > 0 || staller === undefined) return undefined;
    if (staller.stallingSince !== undefined) return undefined;
    staller.stallingSince = clock.monotonic();
    this.#parts.log('debug', 'net', `Stall started peer=${staller.peer.id}`);
    return staller;
  }

  /**
   * A peer has told of this header. Close to the present, the blocks up to it are asked for at once, of
   * that peer: it surely has them.
   */
  fetchTowards(state: SyncPeer, last: BlockNode): void {
    const { chain, compact, inFlight } = this.#parts;
    if (!this.isCloseToPresent || last.isFailed || last.chainWork < chain.tip.chainWork) return;
    // It may have been forgotten while its headers were being taken.
    if (chain.lookup(last.hash) !== last) return;
    const missing = this.#missingUpTo(state, last);
    if (missing === undefined) return;
    const blocks = missing.slice(0, LIMITS.blocksInFlight - state.inFlight.size);
    const [only] = blocks;
    const isCompact =
      blocks.length === 1 &&
      only !== undefined &&
      inFlight.size === 0 &&
      last.parent?.isValid === true &&
      compact.providesCompact?.(state.peer) === true;
    this.#ask(state, blocks, isCompact ? MSG_CMPCT_BLOCK : undefined);
  }

  /** Asks for one block as a whole. */
  requestFull(state: SyncPeer, node: BlockNode): void {
    this.#parts.inFlight.begin(state, node);
    state.peer.send({ command: 'getdata', items: [itemFor(state, node)] });
  }

  /** The moments at which a peer may have failed. */
  dueAt(state: SyncPeer): readonly number[] {
    const { stallingSince, downloadingSince, inFlight } = state;
    const moments: number[] = [];
    if (stallingSince !== undefined) moments.push(stallingSince + this.#stallMs);
    const [oldest] = inFlight;
    if (oldest === undefined) return moments;
    moments.push(downloadingSince + this.#timeoutMs());
    if (this.#mayNeedAnother(oldest)) moments.push(this.#secondSourceAt(oldest));
    return moments;
  }

  /** Whether somebody else is to be asked for the block that a peer should have given long ago. */
  isSlow({ inFlight }: SyncPeer): boolean {
    const [oldest] = inFlight;
    if (oldest === undefined || !this.#mayNeedAnother(oldest)) return false;
    return this.#parts.clock.monotonic() >= this.#secondSourceAt(oldest);
  }

  /** Gives up on a peer that takes too long. */
  checkTimeouts(state: SyncPeer): void {
    const { clock, peers } = this.#parts;
    const now = clock.monotonic();
    const { peer, stallingSince } = state;
    if (stallingSince !== undefined && now >= stallingSince + this.#stallMs) {
      state.stallingSince = undefined;
      // It may be our own line that is slow: the next one has more time.
      this.#stallMs = Math.min(2 * this.#stallMs, LAST_STALL_MS);
      this.#tellStallTime('Increased stalling timeout temporarily');
      const words = `Peer=${peer.id} is stalling block download, disconnecting`;
      peers.blame(peer, new PeerFault('message', 'stalled-download', words));
      return;
    }
    const [oldest] = state.inFlight;
    if (oldest === undefined || now < state.downloadingSince + this.#timeoutMs()) return;
    this.#parts.inFlight.end(oldest, state);
    state.spoilt.add(oldest);
    const hash = toReversedHex(oldest.hash);
    const words = `Timeout downloading block ${hash} from peer=${peer.id}, disconnecting`;
    peers.blame(peer, new PeerFault('message', 'slow-download', words));
  }

  /** A block has been connected: the line is good. */
  connected(): void {
    if (this.#stallMs === FIRST_STALL_MS) return;
    this.#stallMs = Math.max(FIRST_STALL_MS, Math.floor(this.#stallMs * STALL_DECAY));
    this.#tellStallTime('Decreased stalling timeout');
  }

  #tellStallTime(what: string): void {
    const seconds = Math.trunc(this.#stallMs / 1000);
    this.#parts.log('debug', 'net', `${what} to ${seconds} seconds`);
  }

  #mayNeedAnother(node: BlockNode): boolean {
    return this.isCloseToPresent && this.#parts.inFlight.askedOf(node).length < MOST_SOURCES;
  }

  #secondSourceAt(node: BlockNode): number {
    return this.#parts.inFlight.askedAt(node) + SECOND_SOURCE_MS;
  }

  /** Peers that we chose come first: an attacker may have many of the others. */
  readonly #mayRepeat = (state: SyncPeer, node: BlockNode): boolean => {
    const { clock, inFlight, states } = this.#parts;
    if (!this.#mayNeedAnother(node) || clock.monotonic() < this.#secondSourceAt(node)) return false;
    if (state.spoilt.has(node) || inFlight.askedOf(node).includes(state)) return false;
    return (
      state.isPreferred ||
      states.count(
        ({ isPreferred, best }) => isPreferred && best?.ancestor(node.height) === node,
      ) === 0
    );
  };

  #timeoutMs(): number {
    const { chain, inFlight } = this.#parts;
    const others = Math.max(0, inFlight.downloadingPeers - 1);
    const intervals = TIMEOUT_INTERVALS + TIMEOUT_INTERVALS_EACH * others;
    return 1000 * chain.params.consensus.spacingSeconds * intervals;
  }

  /** What is missing up to a block, upwards; undefined if that would be a long way around. */
  #missingUpTo(state: SyncPeer, last: BlockNode): readonly BlockNode[] | undefined {
    const { chain, inFlight, inHand } = this.#parts;
    const { segwit } = chain.params.consensus.buried;
    const missing: BlockNode[] = [];
    let node: BlockNode | undefined = last;
    while (node !== undefined && !chain.contains(node)) {
      if (missing.length > LIMITS.blocksInFlight) return undefined;
      const isHere = node.isStored || inHand.has(node) || inFlight.has(node);
      const isOfUse = state.servesWitnesses || node.height < segwit;
      if (!isHere && isOfUse && !state.spoilt.has(node)) missing.push(node);
      node = node.parent;
    }
    return missing.reverse();
  }

  #ask(state: SyncPeer, blocks: readonly BlockNode[], type?: number): void {
    if (blocks.length === 0) return;
    for (const node of blocks) this.#parts.inFlight.begin(state, node);
    const items = blocks.map((node) => itemFor(state, node, type));
    state.peer.send({ command: 'getdata', items });
  }
}

function itemFor(
  state: SyncPeer,
  { hash }: BlockNode,
  type = state.servesWitnesses ? MSG_WITNESS_BLOCK : MSG_BLOCK,
): { readonly type: number; readonly hash: Uint8Array } {
  return { type, hash };
}
