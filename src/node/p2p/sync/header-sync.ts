import { unixTime } from '../../../outside/clock/clock.ts';
import { equalBytes } from '../../../protocol/bytes/compare.ts';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import { checkHeaderSanity } from '../../../protocol/consensus/check-block.ts';
import { RuleError } from '../../../protocol/consensus/rule-error.ts';
import { blockHash } from '../../../protocol/primitives/block-hash.ts';
import type { BlockHeader } from '../../../protocol/primitives/block-header.ts';
import type { BlockHash } from '../../../protocol/primitives/hashes.ts';
import { blockWork } from '../../../protocol/primitives/target.ts';
import { PROTOCOL_VERSION } from '../../../protocol/wire/services.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import { LIMITS } from '../limits.ts';
import { PeerFault } from '../peer/peer-fault.ts';
import { HeaderPresync } from './header-presync.ts';
import { locatorAfter, locatorOf, NO_STOP } from './locator.ts';
import type { SyncParts } from './sync-parts.ts';
import type { SyncPeer } from './sync-peer.ts';
import { leastWork } from './work-floor.ts';

/** A peer is asked for headers again only if it has answered, or after so long. */
export const HEADERS_RESPONSE_MS = 2 * 60_000;
/** How long the sync peer has for all headers: so long, and a moment for each that there may be. */
const HEADERS_BASE_MS = 15 * 60_000;
const HEADERS_EACH_MS = 1;
/** Headers as recent as this, in seconds, mean that everything is nearly here. */
const RECENT = 24 * 60 * 60;

/** What came of a message of headers that was taken. */
export interface TakenHeaders {
  readonly last: BlockNode;
  /** The last of them was not known before. */
  readonly isNews: boolean;
  /** There may be more after them. */
  readonly mayGoOn: boolean;
}

/**
 * Headers first: one peer is asked for all headers from ours on, and everybody once they are recent.
 * Blocks are then asked of whoever has them.
 */
export class HeaderSync {
  readonly #parts: SyncParts;
  /** The announced block that made us ask a peer before its turn: one for each block. */
  #lastEarlyBlock: Uint8Array | undefined;

  constructor(parts: SyncParts) {
    this.#parts = parts;
  }

  get hasRecentHeaders(): boolean {
    const { chain, clock } = this.#parts;
    return chain.bestHeader.time > unixTime(clock) - RECENT;
  }

  /** Sends `getheaders`, unless an answer is awaited. */
  ask(state: SyncPeer, locator: readonly BlockHash[]): boolean {
    const now = this.#parts.clock.monotonic();
    const { headersAskedAt } = state;
    if (headersAskedAt !== undefined && now - headersAskedAt <= HEADERS_RESPONSE_MS) return false;
    state.headersAskedAt = now;
    const version = PROTOCOL_VERSION;
    state.peer.send({ command: 'getheaders', version, locator, stop: NO_STOP });
    return true;
  }

  askFromBest(state: SyncPeer): boolean {
    return this.ask(state, locatorOf(this.#parts.chain.bestHeader));
  }

  /**
   * Asks a peer for all headers if it is its turn.
   *
   * @param mayDownload whether blocks would be asked of it
   */
  considerStart(state: SyncPeer, mayDownload: (state: SyncPeer) => boolean): void {
    const { chain, clock, states } = this.#parts;
    if (state.isSyncing || !state.servesBlocks) return;
    if (!this.hasRecentHeaders) {
      // One that has given all that it has, and left us behind, may know no better than we do: when a
      // room of nodes starts, most are empty. Core would wait for another one to announce a block; here
      // one that says that it is further than we are is asked at once.
      const isAhead = state.peer.version.startHeight > chain.bestHeader.height;
      const isWaiting = ({ isSyncing, hasGivenAll }: SyncPeer): boolean =>
        isSyncing && !(hasGivenAll && isAhead);
      if (states.count(isWaiting) > 0 || !mayDownload(state)) return;
    }
    const { bestHeader } = chain;
    // One header that it has too makes sure of an answer, which tells us what its best block is.
    if (!this.ask(state, locatorOf(bestHeader.parent ?? bestHeader))) return;
    const behind = Math.max(0, unixTime(clock) - bestHeader.time);
    const expected = Math.floor(behind / chain.params.consensus.spacingSeconds);
    state.isSyncing = true;
    state.headersDue = clock.monotonic() + HEADERS_BASE_MS + HEADERS_EACH_MS * expected;
  }

  /**
   * Replaces a sync peer that has not given all headers in time, if there is another one.
   *
   * @returns whether somebody else is to take its place at once
   */
  checkTimeout(state: SyncPeer): boolean {
    const { clock, peers, states } = this.#parts;
    if (!state.isSyncing || state.headersDue === undefined) return false;
    if (this.hasRecentHeaders) {
      state.headersDue = undefined;
      return false;
    }
    if (clock.monotonic() <= state.headersDue) return false;
    const others = states.count((other) => other !== state && other.isPreferred);
    // Without another one, it is the best that we have.
    if (others === 0 || states.count(({ isSyncing }) => isSyncing) !== 1) return false;
    state.headersDue = undefined;
    if (state.peer.permissions.has('noban')) {
      state.isSyncing = false;
      return true;
    }
    const words = `headers did not arrive in time, up to ${this.#parts.chain.bestHeader.height}`;
    peers.blame(state.peer, new PeerFault('message', 'stalled-headers', words));
    return false;
  }

  /** A peer announces blocks, by their hashes. Blocks are only asked for after their headers. */
  announced(state: SyncPeer, hash: Uint8Array): void {
    const isEarly = !state.isSyncing;
    if (isEarly) {
      const last = this.#lastEarlyBlock;
      if (state.wasAskedEarly || (last !== undefined && equalBytes(last, hash))) return;
    }
    this.askFromBest(state);
    if (isEarly) {
      state.wasAskedEarly = true;
      this.#lastEarlyBlock = hash.slice();
    }
  }

  /**
   * Takes a message of headers. Undefined: there is nothing more to do about it.
   *
   * @throws PeerFault if no honest peer would have sent it
   */
  async take(state: SyncPeer, headers: readonly BlockHeader[]): Promise<TakenHeaders | undefined> {
    const { chain } = this.#parts;
    const [first] = headers;
    if (first === undefined) {
      state.presync = undefined;
      state.headersAskedAt = undefined;
      state.hasGivenAll = true;
      return undefined;
    }
    this.#checkAlone(headers);
    const isFull = headers.length === LIMITS.headers;
    if (!isFull) state.hasGivenAll = true;
    const continued = this.#continuePresync(state, headers);
    if (continued === 'taken') return undefined;
    const toStore = continued ?? headers;
    const start = chain.lookup((toStore[0] ?? first).previousBlockHash);
    if (start === undefined) {
      this.#doNotConnect(state, headers);
      return undefined;
    }
    state.headersAskedAt = undefined;
    const lastHash = blockHash(toStore.at(-1) ?? first);
    const known = chain.lookup(lastHash);
    if (continued === undefined && !this.#hasEnoughWork(state, start, headers, known)) {
      return undefined;
    }
    // Before these are looked at in their place: meanwhile the peer can put the next ones together.
    if (isFull && state.presync === undefined) this.ask(state, locatorAfter(start, toStore));
    const { last, error } = await chain.processHeaders(toStore);
    // They did connect, before they were taken: the chain has been put back to a mark meanwhile.
    if (error?.verdict === 'missing-parent') return undefined;
    if (error !== undefined) throw PeerFault.of('header', error);
    if (last === undefined || state.peer.isGone) return undefined;
    return { last, isNews: known === undefined, mayGoOn: isFull };
  }

  /** What can be said of headers before anything is looked up, and for little. */
  #checkAlone(headers: readonly BlockHeader[]): void {
    const { consensus } = this.#parts.chain.params;
    if (headers.length > LIMITS.headers) {
      const words = `headers message size = ${headers.length}`;
      throw new PeerFault('message', 'too-many-headers', words);
    }
    for (const header of headers) {
      try {
        checkHeaderSanity(header, consensus);
      } catch (error) {
        if (!(error instanceof RuleError)) throw error;
        const words = 'header with invalid proof of work';
        throw new PeerFault('header', error.code, words, error);
      }
    }
    let previous: BlockHash | undefined;
    for (const header of headers) {
      if (previous !== undefined && !equalBytes(header.previousBlockHash, previous)) {
        const words = 'non-continuous headers sequence';
        throw new PeerFault('message', 'non-continuous-headers', words);
      }
      previous = blockHash(header);
    }
  }

  /** What is ready to be stored, if that is anything; undefined if they are no part of a presync. */
  #continuePresync(
    state: SyncPeer,
    headers: readonly BlockHeader[],
  ): readonly BlockHeader[] | 'taken' | undefined {
    const { presync } = state;
    if (presync === undefined) return undefined;
    const result = presync.take(headers, headers.length === LIMITS.headers);
    if (result.isGood) state.headersAskedAt = undefined;
    if (result.isGood && result.wantsMore) this.ask(state, presync.locator);
    else state.presync = undefined;
    if (!result.isGood) return undefined;
    return result.ready.length === 0 ? 'taken' : result.ready;
  }

  #hasEnoughWork(
    state: SyncPeer,
    start: BlockNode,
    headers: readonly BlockHeader[],
    last: BlockNode | undefined,
  ): boolean {
    const { chain, clock, entropy, log, options } = this.#parts;
    // Those that are on a branch of ours take no memory.
    const isOurs =
      last !== undefined && (last.isAncestorOf(chain.bestHeader) || chain.contains(last));
    if (isOurs || state.peer.permissions.has('noban')) return true;
    const floor = leastWork(chain);
    let work = start.chainWork;
    for (const { bits } of headers) work += blockWork(bits);
    if (work >= floor) return true;
    const { id } = state.peer;
    if (headers.length < LIMITS.headers) {
      const height = start.height + headers.length;
      log('debug', 'net', `Ignoring low-work chain (height=${height}) from peer=${id}`);
      return false;
    }
    const params = chain.params.consensus;
    const figures = options.presync && { figures: options.presync };
    state.presync = new HeaderPresync(start, floor, { params, clock, entropy, ...figures });
    const words = `Initial headers sync started with peer=${id}: height=${start.height}`;
    log('debug', 'net', `${words}, min_work=${floor.toString(16).padStart(64, '0')}`);
    this.#continuePresync(state, headers);
    return false;
  }

  /**
   * They may be announcements of blocks whose parents we have missed. Before version 28, ten of them in
   * a row were the end of a peer.
   */
  #doNotConnect(state: SyncPeer, headers: readonly BlockHeader[]): void {
    const { id } = state.peer;
    state.unconnected++;
    const [first, last] = [headers[0], headers.at(-1)];
    if (first !== undefined) {
      const [hash, parent] = [blockHash(first), first.previousBlockHash].map(toReversedHex);
      const words = `received header ${hash}: missing prev block ${parent}, sending getheaders`;
      this.#parts.log('debug', 'net', `${words} to end (peer=${id})`);
    }
    this.askFromBest(state);
    if (last !== undefined) state.has(blockHash(last), this.#parts.chain);
  }
}
