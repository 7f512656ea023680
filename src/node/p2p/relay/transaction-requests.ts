import type { Cancel, Clock } from '../../../outside/clock/clock.ts';
import { TimerQueue } from '../../../outside/clock/timer-queue.ts';
import type { Entropy } from '../../../outside/entropy/entropy.ts';
import { ByteMap } from '../../../protocol/bytes/byte-map.ts';
import { concatBytes } from '../../../protocol/bytes/concat.ts';
import { sipHash } from '../../../protocol/crypto/siphash.ts';

/** How long a peer has to answer; after that somebody else is asked. */
const REQUEST_EXPIRY_MS = 60_000;

/** A transaction by one of its ids. */
export interface TransactionName {
  readonly hash: Uint8Array;
  /** Whether the hash is its id with witness (BIP339). */
  readonly byWtxid: boolean;
}

/** A peer says that it has a transaction. */
export interface Offer extends TransactionName {
  readonly peer: number;
  /** Whether it is asked before all who are not: those that this node chose by itself. */
  readonly preferred: boolean;
  /** It is not asked before so much time has passed: others may offer it meanwhile. */
  readonly delayMs: number;
}

/**
 * - `delayed`: it is too early to ask
 * - `ready`: it may be asked, but somebody else comes first
 * - `best`: it is the one to ask now
 * - `requested`: it has been asked
 * - `completed`: it has answered, or let its time pass; remembered, so that it cannot offer it again
 */
type State = 'delayed' | 'ready' | 'best' | 'requested' | 'completed';

interface Announcement extends TransactionName {
  readonly wanted: Wanted;
  readonly from: Announcer;
  readonly preferred: boolean;
  readonly sequence: number;
  state: State;
  /** When it stops being delayed, or requested. */
  at: number;
  /** Its place among those that wait. */
  index: number;
  priority: bigint | undefined;
}

/** A transaction that somebody offers. A handful of peers do, so this is a list. */
interface Wanted {
  readonly hash: Uint8Array;
  announcements: Announcement[];
}

/** Of a transaction that nobody has offered yet. It stays empty. */
const NOBODY: Announcement[] = [];

interface Announcer {
  readonly peer: number;
  readonly announcements: Set<Announcement>;
  /** Those in the state `best`. */
  readonly best: Set<Announcement>;
  inFlight: number;
}

export interface RequestTrackerParts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Time has made somebody the one to ask: see {@link TxRequestTracker.peersToAsk}. */
  readonly onDue: () => void;
}

/**
 * Decides of whom to ask for which transaction: of one peer at a time, of those that this node chose
 * first, otherwise by a draw that nobody can foresee, and of everybody who offers it before it is given
 * up. The rules are those of Bitcoin Core's `TxRequestTracker`: who offers first gains nothing by it, so
 * an attacker can delay a transaction but not keep it away.
 *
 * A change costs the logarithm of what waits, and there is one timer, for whatever is due first.
 *
 * @example
 * tracker.offered({ peer: 7, hash, byWtxid: true, preferred: false, delayMs: 2000 });
 * for (const { hash } of tracker.requestable(7)) tracker.requested(7, hash);
 */
export class TxRequestTracker {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  readonly #salt: Uint8Array;
  readonly #wanted: ByteMap<Wanted>;
  readonly #announcers = new Map<number, Announcer>();
  /** Those that have a best announcement. */
  readonly #toAsk = new Set<Announcer>();
  readonly #waiting = new TimerQueue<Announcement>();
  #sequence = 0;
  #timer: { readonly at: number; readonly cancel: Cancel } | undefined;

  constructor({ clock, entropy, onDue }: RequestTrackerParts) {
    this.#clock = clock;
    this.#onDue = onDue;
    this.#salt = entropy.bytes(16);
    this.#wanted = new ByteMap(entropy.u32());
  }

  /** Of all peers together. */
  get size(): number {
    let size = 0;
    for (const { announcements } of this.#announcers.values()) size += announcements.size;
    return size;
  }

  /** What a peer has offered, and is not yet forgotten. */
  count(peer: number): number {
    return this.#announcers.get(peer)?.announcements.size ?? 0;
  }

  /** How many transactions a peer has been asked for, and has not answered. */
  countInFlight(peer: number): number {
    return this.#announcers.get(peer)?.inFlight ?? 0;
  }

  /** The transactions that a peer has been asked for, the oldest offer first. */
  inFlight(peer: number): readonly TransactionName[] {
    return [...(this.#announcers.get(peer)?.announcements ?? [])]
      .filter(({ state }) => state === 'requested')
      .map(nameOf);
  }

  /** Who offers a transaction, and has not been asked in vain. */
  peersOffering(hash: Uint8Array): readonly number[] {
    return (this.#wanted.get(hash)?.announcements ?? [])
      .filter(({ state }) => state !== 'completed')
      .map(({ from }) => from.peer);
  }

  /** Notes an offer. The same one again changes nothing. */
  offered({ peer, hash, byWtxid, preferred, delayMs }: Offer): void {
    const wanted: Wanted = this.#wanted.get(hash) ?? { hash, announcements: NOBODY };
    if (wanted.announcements.some(({ from }) => from.peer === peer)) return;
    const from = this.#announcerOf(peer);
    const announcement: Announcement = {
      hash: wanted.hash,
      byWtxid,
      wanted,
      from,
      preferred,
      sequence: this.#sequence++,
      state: 'delayed',
      at: this.#clock.monotonic() + delayMs,
      index: -1,
      priority: undefined,
    };
    if (wanted.announcements.length === 0) {
      // Not pushed: that makes room for 17 at once, and mostly there is one.
      wanted.announcements = [announcement];
      this.#wanted.set(wanted.hash, wanted);
    } else {
      wanted.announcements.push(announcement);
    }
    from.announcements.add(announcement);
    if (delayMs > 0) this.#waiting.add(announcement);
    else this.#becomeReady(announcement);
    this.#setTimer();
  }

  /** Those of whom something should be asked now. */
  peersToAsk(): readonly number[] {
    this.#settle();
    return [...this.#toAsk].map(({ peer }) => peer);
  }

  /** What should be asked of a peer now, in the order in which it was offered. */
  requestable(peer: number): readonly TransactionName[] {
    this.#settle();
    const best = this.#announcers.get(peer)?.best ?? [];
    return [...best].sort((a, b) => a.sequence - b.sequence).map(nameOf);
  }

  /** The peer has been asked. Without effect unless it was the one to ask. */
  requested(peer: number, hash: Uint8Array): void {
    const announcement = this.#find(peer, hash);
    if (announcement?.state !== 'best') return;
    announcement.at = this.#clock.monotonic() + REQUEST_EXPIRY_MS;
    this.#become(announcement, 'requested');
    this.#setTimer();
  }

  /** The peer has answered, with the transaction or with `notfound`: the next one is asked. */
  answered(peer: number, hash: Uint8Array): void {
    const announcement = this.#find(peer, hash);
    if (announcement === undefined) return;
    this.#complete(announcement);
    this.#setTimer();
  }

  /** The transaction is here, or nobody wants it any more. */
  forget(hash: Uint8Array): void {
    const wanted = this.#wanted.get(hash);
    if (wanted === undefined) return;
    for (const announcement of [...wanted.announcements]) this.#drop(announcement);
    this.#setTimer();
  }

  /** The peer is gone, and all that it offered. */
  gone(peer: number): void {
    const from = this.#announcers.get(peer);
    if (from === undefined) return;
    for (const announcement of [...from.announcements]) {
      // The last one takes the transaction with it, and then is no longer there to be dropped.
      this.#complete(announcement);
      if (from.announcements.has(announcement)) this.#drop(announcement);
    }
    this.#setTimer();
  }

  /** Ends its timer. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #announcerOf(peer: number): Announcer {
    let from = this.#announcers.get(peer);
    if (from === undefined) {
      from = { peer, announcements: new Set(), best: new Set(), inFlight: 0 };
      this.#announcers.set(peer, from);
    }
    return from;
  }

  #find(peer: number, hash: Uint8Array): Announcement | undefined {
    return this.#wanted.get(hash)?.announcements.find(({ from }) => from.peer === peer);
  }

  #drop(announcement: Announcement): void {
    this.#become(announcement, 'completed');
    const { wanted, from } = announcement;
    wanted.announcements.splice(wanted.announcements.indexOf(announcement), 1);
    if (wanted.announcements.length === 0) this.#wanted.delete(wanted.hash);
    from.announcements.delete(announcement);
    if (from.announcements.size === 0) this.#announcers.delete(from.peer);
  }

  /** A peer is through with a transaction. If all are, the transaction is forgotten. */
  #complete(announcement: Announcement): void {
    const { wanted } = announcement;
    const others = wanted.announcements.filter((one) => one !== announcement);
    if (others.every(({ state }) => state === 'completed')) {
      for (const one of [...wanted.announcements]) this.#drop(one);
      return;
    }
    const wasSelected = isSelected(announcement);
    this.#become(announcement, 'completed');
    if (wasSelected) this.#select(wanted);
  }

  #becomeReady(announcement: Announcement): void {
    this.#become(announcement, 'ready');
    const selected = announcement.wanted.announcements.find(isSelected);
    if (selected === undefined) this.#become(announcement, 'best');
    else if (selected.state === 'best' && this.#precedes(announcement, selected)) {
      this.#become(selected, 'ready');
      this.#become(announcement, 'best');
    }
  }

  /** Nobody is selected: the best of those that are ready is. */
  #select(wanted: Wanted): void {
    let best: Announcement | undefined;
    for (const one of wanted.announcements) {
      if (one.state !== 'ready') continue;
      if (best === undefined || this.#precedes(one, best)) best = one;
    }
    if (best !== undefined) this.#become(best, 'best');
  }

  #precedes(a: Announcement, b: Announcement): boolean {
    if (a.preferred !== b.preferred) return a.preferred;
    return this.#priority(a) > this.#priority(b);
  }

  #priority(announcement: Announcement): bigint {
    announcement.priority ??= sipHash(
      this.#salt,
      concatBytes(announcement.hash, new Uint8Array(Uint32Array.of(announcement.from.peer).buffer)),
    );
    return announcement.priority;
  }

  /** The only place that changes a state, and with it what is derived from states. */
  #become(announcement: Announcement, state: State): void {
    const { from } = announcement;
    if (announcement.state === 'requested') from.inFlight--;
    if (announcement.state === 'best') from.best.delete(announcement);
    this.#waiting.remove(announcement);
    announcement.state = state;
    if (state === 'best') from.best.add(announcement);
    if (state === 'requested') {
      from.inFlight++;
      this.#waiting.add(announcement);
    }
    if (from.best.size > 0) this.#toAsk.add(from);
    else this.#toAsk.delete(from);
  }

  /** Does what time has made due. */
  #settle(): void {
    const now = this.#clock.monotonic();
    for (;;) {
      const first = this.#waiting.first();
      if (first === undefined || first.at > now) break;
      if (first.state === 'delayed') this.#becomeReady(first);
      else this.#complete(first);
    }
    this.#setTimer();
  }

  /** A timer that is too early costs less than one that is set anew with every change. */
  #setTimer(): void {
    const first = this.#waiting.first();
    if (first === undefined) {
      this.close();
      return;
    }
    if (this.#timer !== undefined && this.#timer.at <= first.at) return;
    this.close();
    const cancel = this.#clock.schedule(
      Math.max(0, first.at - this.#clock.monotonic()),
      this.#fire,
    );
    this.#timer = { at: first.at, cancel };
  }

  readonly #fire = (): void => {
    this.#timer = undefined;
    this.#settle();
    if (this.#toAsk.size > 0) this.#onDue();
  };
}

function isSelected({ state }: Announcement): boolean {
  return state === 'best' || state === 'requested';
}

function nameOf({ hash, byWtxid }: TransactionName): TransactionName {
  return { hash, byWtxid };
}
