import type { Clock } from '../../../outside/clock/clock.ts';
import { drawBelow } from '../../../outside/entropy/draw.ts';
import type { Entropy } from '../../../outside/entropy/entropy.ts';
import { ByteMap } from '../../../protocol/bytes/byte-map.ts';
import { coinKey } from '../../../protocol/consensus/coin.ts';
import type { Block } from '../../../protocol/primitives/block.ts';
import { type Transaction, txWeight } from '../../../protocol/primitives/transaction.ts';
import { txid, wtxid } from '../../../protocol/primitives/transaction-id.ts';
import { type Log, noLog } from '../../log/log.ts';
import { LIMITS } from '../limits.ts';

const EXPIRY_MS = 20 * 60_000;
/** Looking for expired ones goes through all, so it is not done more often. */
const SWEEP_INTERVAL_MS = 5 * 60_000;

/** A transaction that waits for its parents, and who gave it. */
export interface Orphan {
  readonly tx: Transaction;
  readonly peer: number;
}

interface Kept extends Orphan {
  readonly expiresAt: number;
  /** Counts up: the younger ones have the higher. */
  readonly sequence: number;
  /** Its place in the list of all. */
  position: number;
}

/**
 * Transactions whose parents are not known: mostly these are on their way. Anybody can make them up, so
 * there are few, none is large, and none stays long; which one goes when there are too many, nobody can
 * foresee (CVE-2012-3789).
 *
 * They are kept by wtxid: two with the same txid may be one whose witness somebody has spoilt, and the
 * right one.
 */
export class Orphanage {
  readonly #clock: Clock;
  readonly #entropy: Entropy;
  readonly #log: Log;
  readonly #byWtxid: ByteMap<Kept>;
  /** Who spends an output. */
  readonly #spenders: ByteMap<Set<Kept>>;
  readonly #list: Kept[] = [];
  /** Those of a peer whose parents may have come. */
  readonly #work = new Map<number, Set<Kept>>();
  #sequence = 0;
  #nextSweepAt = 0;

  constructor(clock: Clock, entropy: Entropy, log: Log = noLog) {
    this.#clock = clock;
    this.#entropy = entropy;
    this.#log = log;
    this.#byWtxid = new ByteMap(entropy.u32());
    this.#spenders = new ByteMap(entropy.u32());
  }

  get size(): number {
    return this.#list.length;
  }

  has(id: Uint8Array): boolean {
    return this.#byWtxid.has(id);
  }

  /** Those that are kept, in no order. */
  all(): readonly Orphan[] {
    return [...this.#list];
  }

  /** False if it is here already, or too heavy. A heavy one will come again when its parents are known. */
  add(tx: Transaction, peer: number): boolean {
    const id = wtxid(tx);
    if (this.#byWtxid.has(id) || txWeight(tx) > LIMITS.orphanWeight) return false;
    const expiresAt = this.#clock.monotonic() + EXPIRY_MS;
    const sequence = this.#sequence++;
    const orphan: Kept = { tx, peer, expiresAt, sequence, position: this.#list.length };
    this.#byWtxid.set(id, orphan);
    this.#list.push(orphan);
    for (const { prevout } of tx.inputs) {
      const key = coinKey(prevout);
      const spenders = this.#spenders.get(key);
      if (spenders === undefined) this.#spenders.set(key, new Set([orphan]));
      else spenders.add(orphan);
    }
    this.#limit();
    return true;
  }

  remove(id: Uint8Array): boolean {
    const orphan = this.#byWtxid.get(id);
    if (orphan !== undefined) this.#remove(orphan);
    return orphan !== undefined;
  }

  /** The peer that gave them is gone. */
  removeOf(peer: number): void {
    const before = this.size;
    for (const orphan of [...this.#list]) if (orphan.peer === peer) this.#remove(orphan);
    this.#work.delete(peer);
    const count = before - this.size;
    if (count > 0) this.#tell(`Erased ${count} orphan transaction(s) from peer=${peer}`);
  }

  /** Removes those that a block has, or that spend what it spends. */
  removeForBlock({ transactions }: Block): void {
    const before = this.size;
    if (before === 0) return;
    for (const { inputs } of transactions) {
      for (const { prevout } of inputs) {
        for (const orphan of [...(this.#spenders.get(coinKey(prevout)) ?? [])])
          this.#remove(orphan);
      }
    }
    const count = before - this.size;
    if (count === 0) return;
    this.#tell(`Erased ${count} orphan transaction(s) included or conflicted by block`);
  }

  /** A transaction has come: those that spend from it are looked at again, in their peers' turns. */
  noteParent(parent: Transaction): void {
    for (const orphan of this.#childrenOf(parent)) {
      const work = this.#work.get(orphan.peer);
      if (work === undefined) this.#work.set(orphan.peer, new Set([orphan]));
      else work.add(orphan);
    }
  }

  /** The next one to be looked at again, of whichever peer. It stays until it is removed. */
  takeWork(): Orphan | undefined {
    for (const [peer, work] of this.#work) {
      for (const orphan of work) {
        work.delete(orphan);
        if (work.size === 0) this.#work.delete(peer);
        return orphan;
      }
    }
    return undefined;
  }

  /** Those that a peer gave and that spend from a transaction, the youngest first. */
  childrenFrom(peer: number, parent: Transaction): readonly Orphan[] {
    return this.#childrenOf(parent).filter((orphan) => orphan.peer === peer);
  }

  /** The same, of all other peers. */
  childrenFromOthers(peer: number, parent: Transaction): readonly Orphan[] {
    return this.#childrenOf(parent).filter((orphan) => orphan.peer !== peer);
  }

  #childrenOf(parent: Transaction): readonly Kept[] {
    if (this.size === 0) return [];
    const children = new Set<Kept>();
    const id = txid(parent);
    for (let vout = 0; vout < parent.outputs.length; vout++) {
      for (const orphan of this.#spenders.get(coinKey({ txid: id, vout })) ?? []) {
        children.add(orphan);
      }
    }
    return [...children].sort((a, b) => b.sequence - a.sequence);
  }

  #limit(): void {
    const now = this.#clock.monotonic();
    if (now >= this.#nextSweepAt) {
      let first = now + EXPIRY_MS - SWEEP_INTERVAL_MS;
      for (const orphan of [...this.#list]) {
        if (orphan.expiresAt <= now) this.#remove(orphan);
        else first = Math.min(first, orphan.expiresAt);
      }
      this.#nextSweepAt = first + SWEEP_INTERVAL_MS;
    }
    const tooMany = this.size - LIMITS.orphans;
    while (this.size > LIMITS.orphans) {
      this.#remove(this.#list[drawBelow(this.#entropy, this.size)] as Kept);
    }
    if (tooMany > 0) this.#tell(`orphanage overflow, removed ${tooMany} tx`);
  }

  #tell(words: string): void {
    this.#log('debug', 'txpackages', words);
  }

  #remove(orphan: Kept): void {
    this.#byWtxid.delete(wtxid(orphan.tx));
    const last = this.#list.pop() as Kept;
    if (last !== orphan) {
      this.#list[orphan.position] = last;
      last.position = orphan.position;
    }
    for (const { prevout } of orphan.tx.inputs) {
      const key = coinKey(prevout);
      const spenders = this.#spenders.get(key);
      spenders?.delete(orphan);
      if (spenders?.size === 0) this.#spenders.delete(key);
    }
    const work = this.#work.get(orphan.peer);
    work?.delete(orphan);
    if (work?.size === 0) this.#work.delete(orphan.peer);
  }
}
