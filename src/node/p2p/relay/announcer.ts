import type { Cancel, Clock } from '../../../outside/clock/clock.ts';
import { drawExponential } from '../../../outside/entropy/draw.ts';
import type { Entropy } from '../../../outside/entropy/entropy.ts';
import { isMoney } from '../../../protocol/primitives/amount.ts';
import type { Txid, Wtxid } from '../../../protocol/primitives/hashes.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import { type InventoryItem, MSG_TX, MSG_WTX } from '../../../protocol/wire/inventory.ts';
import type { MempoolEntry } from '../../mempool/mempool-entry.ts';
import { LIMITS } from '../limits.ts';
import { isOutbound, type Peer } from '../peer/peer.ts';
import { type Announcement, compareForAnnouncement, smallestFirst } from './announcement-order.ts';
import type { AnnouncementFilter, RelayPool } from './relay-parts.ts';
import { type FilterSalt, RollingFilter } from './rolling-filter.ts';

/** The mean time between two announcements. Peers that this node chose are less likely to be spies. */
const INBOUND_INTERVAL_MS = 5000;
const OUTBOUND_INTERVAL_MS = 2000;
/** So many at a time, which is seven a second; five more for every 1,000 that wait; and never more than 1,000. */
const ANNOUNCED_AT_ONCE = 35;
const MORE_FOR_A_THOUSAND = 5;
const MOST_AT_ONCE = 1000;
/** What a peer is taken to remember of what it was told, or told itself. */
const KNOWN_TRANSACTIONS = 50_000;

interface Pending extends Announcement {
  readonly entry: MempoolEntry;
}

/** What one peer has been told, and shall be. */
interface Audience {
  readonly peer: Peer;
  /** By txid or wtxid, whichever it uses. */
  readonly known: RollingFilter;
  readonly queue: Set<Pending>;
  /** Its `feefilter`. */
  minFeeRate: bigint;
  /** It asked for the whole pool (BIP35), and has not got it yet. */
  wantsPool: boolean;
  /**
   * The pool's counter when it was announced to last. What came later it cannot have: or by asking it
   * could find out which transactions this node has seen, and when.
   */
  toldUntil: number;
  cancel: Cancel | undefined;
}

export interface AnnouncerParts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly pool: RelayPool;
  readonly salt: FilterSalt;
  readonly filter: AnnouncementFilter;
}

/**
 * Tells each peer of transactions that are new to it, some time after they came: at moments that are
 * drawn, and many at once, so that nobody learns from them where a transaction started. Peers that came
 * by themselves hear at the same moments: with many connections a spy learns no more than with one.
 *
 * While the pool stands still no timer runs. That looks the same from outside: these moments come
 * independently of each other, so it makes no difference when the wait for the next one begins.
 */
export class Announcer {
  readonly #parts: AnnouncerParts;
  readonly #audiences = new Map<Peer, Audience>();
  /** Those that wait for the moment that all inbound peers share. */
  readonly #inbound = new Set<Audience>();
  #inboundCancel: Cancel | undefined;

  constructor(parts: AnnouncerParts) {
    this.#parts = parts;
  }

  /** From now on a peer is told of what comes. It may ask for what is here. */
  add(peer: Peer): void {
    const { pool, salt } = this.#parts;
    this.#audiences.set(peer, {
      peer,
      known: new RollingFilter(KNOWN_TRANSACTIONS, salt),
      queue: new Set(),
      minFeeRate: 0n,
      wantsPool: false,
      toldUntil: pool.sequence,
      cancel: undefined,
    });
  }

  remove(peer: Peer): void {
    const audience = this.#audiences.get(peer);
    if (audience === undefined) return;
    this.#audiences.delete(peer);
    audience.cancel?.();
    this.#inbound.delete(audience);
    if (this.#inbound.size === 0) this.#endInboundWait();
  }

  /** Whether transactions are announced to a peer, or may one day be: only these may ask for some. */
  tells(peer: Peer): boolean {
    return this.#audiences.has(peer);
  }

  /** A peer has announced a transaction, or sent it: it need not be told. */
  noteKnown(peer: Peer, hash: Uint8Array): void {
    this.#audiences.get(peer)?.known.add(hash);
  }

  /** A peer does not want to hear of transactions that pay less (BIP133). */
  setMinFeeRate(peer: Peer, feeRate: bigint): void {
    const audience = this.#audiences.get(peer);
    if (audience !== undefined && isMoney(feeRate)) audience.minFeeRate = feeRate;
  }

  minFeeRateOf(peer: Peer): bigint {
    return this.#audiences.get(peer)?.minFeeRate ?? 0n;
  }

  /** A peer asks for the whole pool. It gets it with the next announcement. */
  tellPool(peer: Peer): void {
    const audience = this.#audiences.get(peer);
    if (audience === undefined) return;
    audience.wantsPool = true;
    this.#wait(audience);
  }

  /** A transaction is to be told to everybody who does not know it. */
  announce(entry: MempoolEntry): void {
    const pending = pendingOf(entry);
    for (const audience of this.#audiences.values()) {
      if (audience.known.has(idFor(audience.peer, entry))) continue;
      audience.queue.add(pending);
      this.#wait(audience);
    }
  }

  /** A transaction is new in the pool: after the next announcement, whoever knows its id may ask for it. */
  noteAdded(): void {
    for (const audience of this.#audiences.values()) this.#wait(audience);
  }

  /** The transaction of an id, if the peer may have it. */
  find(peer: Peer, { type, hash }: InventoryItem): Transaction | undefined {
    const { pool } = this.#parts;
    const audience = this.#audiences.get(peer);
    const entry = type === MSG_WTX ? pool.getByWtxid(hash as Wtxid) : pool.get(hash as Txid);
    if (audience === undefined || entry === undefined) return undefined;
    return entry.sequence < audience.toldUntil ? entry.tx : undefined;
  }

  /** How many announcements wait for a peer. */
  waitingFor(peer: Peer): number {
    return this.#audiences.get(peer)?.queue.size ?? 0;
  }

  close(): void {
    for (const peer of [...this.#audiences.keys()]) this.remove(peer);
  }

  /** Lets a peer wait for its moment, if it does not already. */
  #wait(audience: Audience): void {
    const { clock, entropy } = this.#parts;
    const { peer } = audience;
    if (audience.cancel !== undefined || this.#inbound.has(audience)) return;
    if (isOutbound(peer) || peer.permissions.has('noban')) {
      const delay = peer.permissions.has('noban')
        ? 0
        : drawExponential(entropy, OUTBOUND_INTERVAL_MS);
      audience.cancel = clock.schedule(delay, () => this.#tell(audience));
      return;
    }
    this.#inbound.add(audience);
    this.#inboundCancel ??= clock.schedule(drawExponential(entropy, INBOUND_INTERVAL_MS), () => {
      this.#inboundCancel = undefined;
      const due = [...this.#inbound];
      this.#inbound.clear();
      for (const one of due) this.#tell(one);
    });
  }

  #endInboundWait(): void {
    this.#inboundCancel?.();
    this.#inboundCancel = undefined;
  }

  #tell(audience: Audience): void {
    const { pool, filter } = this.#parts;
    const { peer, queue } = audience;
    audience.cancel = undefined;
    if (!filter.isWanted(peer)) queue.clear();
    const items: InventoryItem[] = [];
    if (audience.wantsPool) this.#addPool(audience, items);
    this.#addQueue(audience, items);
    audience.toldUntil = pool.sequence;
    for (let from = 0; from < items.length; from += LIMITS.inventory) {
      peer.send({ command: 'inv', items: items.slice(from, from + LIMITS.inventory) });
    }
    if (queue.size > 0) this.#wait(audience);
  }

  /** Everything, whether it is known to the peer or not: that is what BIP35 asks for. */
  #addPool(audience: Audience, items: InventoryItem[]): void {
    const { pool } = this.#parts;
    audience.wantsPool = false;
    const all = Array.from(pool.entries(), pendingOf).sort(compareForAnnouncement);
    for (const { entry } of all) {
      if (this.#suits(audience, entry)) items.push(note(audience, entry));
    }
  }

  #addQueue(audience: Audience, items: InventoryItem[]): void {
    const { pool } = this.#parts;
    const { peer, queue, known } = audience;
    let room = Math.min(
      MOST_AT_ONCE,
      ANNOUNCED_AT_ONCE + Math.floor(queue.size / 1000) * MORE_FOR_A_THOUSAND,
    );
    for (const pending of smallestFirst(queue, compareForAnnouncement)) {
      if (room === 0) break;
      const { entry } = pending;
      queue.delete(pending);
      if (pool.getByWtxid(entry.wtxid) === undefined) continue;
      if (known.has(idFor(peer, entry)) || !this.#suits(audience, entry)) continue;
      items.push(note(audience, entry));
      room--;
    }
  }

  #suits({ peer, minFeeRate }: Audience, entry: MempoolEntry): boolean {
    const lowest = (minFeeRate * BigInt(entry.vsize) + 999n) / 1000n;
    return entry.fee >= lowest && this.#parts.filter.matches(peer, entry.tx);
  }
}

function pendingOf(entry: MempoolEntry): Pending {
  return { entry, feeRate: Number(entry.fee) / entry.vsize };
}

function idFor(peer: Peer, entry: MempoolEntry): Uint8Array {
  return peer.relaysByWtxid ? entry.wtxid : entry.txid;
}

/** Remembers that a peer is told of a transaction now. */
function note({ peer, known }: Audience, entry: MempoolEntry): InventoryItem {
  const hash = idFor(peer, entry);
  known.add(hash);
  return { type: peer.relaysByWtxid ? MSG_WTX : MSG_TX, hash };
}
