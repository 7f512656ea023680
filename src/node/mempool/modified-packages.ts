import { compareBytes } from '../../protocol/bytes/compare.ts';
import type { PoolEntry } from './pool-entry.ts';

/** A transaction with those of its ancestors that are not in the block yet. */
export interface WaitingPackage {
  readonly entry: PoolEntry;
  readonly count: number;
  readonly vsize: number;
  readonly fees: bigint;
  readonly sigopCost: number;
  /** The rate that a miner can count on. */
  readonly score: number;
}

/**
 * Packages that lost some of their ancestors to the block, the best first. A heap in which what has
 * changed is simply put in again, and what is no longer so is passed over when it comes up.
 */
export class ModifiedPackages {
  readonly #current = new Map<PoolEntry, WaitingPackage>();
  readonly #heap: WaitingPackage[] = [];

  get best(): WaitingPackage | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || this.#current.get(first.entry) === first) return first;
      this.#dropFirst();
    }
  }

  has(entry: PoolEntry): boolean {
    return this.#current.has(entry);
  }

  remove(entry: PoolEntry): void {
    this.#current.delete(entry);
  }

  /** Takes an ancestor out of an entry's package. */
  takeOut(entry: PoolEntry, ancestor: PoolEntry): void {
    const before = this.#current.get(entry);
    const count = (before?.count ?? entry.ancestorCount) - 1;
    const vsize = (before?.vsize ?? entry.ancestorVsize) - ancestor.vsize;
    const fees = (before?.fees ?? entry.ancestorFees) - ancestor.modifiedFee;
    const sigopCost = (before?.sigopCost ?? entry.ancestorSigopCost) - ancestor.sigopCost;
    const own = Number(entry.modifiedFee) / entry.vsize;
    const score = Math.min(own, Number(fees) / vsize);
    const after = { entry, count, vsize, fees, sigopCost, score };
    this.#current.set(entry, after);
    this.#push(after);
  }

  #push(added: WaitingPackage): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(added);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as WaitingPackage;
      if (!isBefore(added, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = added;
  }

  #dropFirst(): void {
    const heap = this.#heap;
    const last = heap.pop() as WaitingPackage;
    const { length } = heap;
    if (length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      const right = child + 1;
      if (
        right < length &&
        isBefore(heap[right] as WaitingPackage, heap[child] as WaitingPackage)
      ) {
        child = right;
      }
      const below = heap[child] as WaitingPackage;
      if (!isBefore(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: WaitingPackage, b: WaitingPackage): boolean {
  if (a.score !== b.score) return a.score > b.score;
  return compareBytes(a.entry.txid, b.entry.txid) < 0;
}
