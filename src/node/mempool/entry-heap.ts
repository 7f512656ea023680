import type { PoolEntry } from './pool-entry.ts';

/** Which of an entry's places a heap writes: there are three heaps. */
export type HeapNumber = 0 | 1 | 2;

/** How many entries there are below each. With two, there are twice as many to pass on the way up. */
const WIDTH = 4;

/**
 * Entries in an order that can change: the first is at hand, and adding, removing and moving one take
 * as many steps as the number of entries has digits, at most. A heap in which each entry knows its
 * place.
 */
export class EntryHeap {
  readonly #number: HeapNumber;
  readonly #isBefore: (a: PoolEntry, b: PoolEntry) => boolean;
  readonly #entries: PoolEntry[] = [];

  constructor(number: HeapNumber, isBefore: (a: PoolEntry, b: PoolEntry) => boolean) {
    this.#number = number;
    this.#isBefore = isBefore;
  }

  get size(): number {
    return this.#entries.length;
  }

  get first(): PoolEntry | undefined {
    return this.#entries[0];
  }

  add(entry: PoolEntry): void {
    this.#entries.push(entry);
    this.#rise(entry, this.#entries.length - 1);
  }

  remove(entry: PoolEntry): void {
    const place = entry.places[this.#number] as number;
    entry.places[this.#number] = -1;
    const last = this.#entries.pop() as PoolEntry;
    if (last === entry) return;
    this.#settle(last, place);
  }

  /** To be called when an entry is no longer where it belongs. */
  move(entry: PoolEntry): void {
    this.#settle(entry, entry.places[this.#number] as number);
  }

  /**
   * All entries in order. Each takes as long as the number of those before it has binary digits, so
   * that whoever wants the first thousand of many does not pay for the rest. The heap must not change
   * meanwhile.
   */
  *inOrder(): Generator<PoolEntry> {
    // Places whose parents have been given out, as a heap of their own.
    const frontier: number[] = [];
    if (this.#entries.length > 0) frontier.push(0);
    while (frontier.length > 0) {
      const place = this.#takeFirst(frontier);
      yield this.#entries[place] as PoolEntry;
      const firstChild = WIDTH * place + 1;
      const end = Math.min(firstChild + WIDTH, this.#entries.length);
      for (let child = firstChild; child < end; child++) this.#addTo(frontier, child);
    }
  }

  #settle(entry: PoolEntry, place: number): void {
    const parent = Math.floor((place - 1) / WIDTH);
    if (place > 0 && this.#isBefore(entry, this.#entries[parent] as PoolEntry)) {
      this.#rise(entry, place);
    } else {
      this.#sink(entry, place);
    }
  }

  #rise(entry: PoolEntry, from: number): void {
    let place = from;
    while (place > 0) {
      const parent = Math.floor((place - 1) / WIDTH);
      const above = this.#entries[parent] as PoolEntry;
      if (!this.#isBefore(entry, above)) break;
      this.#put(above, place);
      place = parent;
    }
    this.#put(entry, place);
  }

  #sink(entry: PoolEntry, from: number): void {
    const { length } = this.#entries;
    let place = from;
    for (;;) {
      let child = WIDTH * place + 1;
      if (child >= length) break;
      const end = Math.min(child + WIDTH, length);
      for (let other = child + 1; other < end; other++) {
        if (this.#isBeforeAt(other, child)) child = other;
      }
      const below = this.#entries[child] as PoolEntry;
      if (!this.#isBefore(below, entry)) break;
      this.#put(below, place);
      place = child;
    }
    this.#put(entry, place);
  }

  #put(entry: PoolEntry, place: number): void {
    this.#entries[place] = entry;
    entry.places[this.#number] = place;
  }

  #isBeforeAt(a: number, b: number): boolean {
    return this.#isBefore(this.#entries[a] as PoolEntry, this.#entries[b] as PoolEntry);
  }

  #addTo(frontier: number[], place: number): void {
    let at = frontier.length;
    frontier.push(place);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = frontier[parent] as number;
      if (!this.#isBeforeAt(place, above)) break;
      frontier[at] = above;
      at = parent;
    }
    frontier[at] = place;
  }

  #takeFirst(frontier: number[]): number {
    const first = frontier[0] as number;
    const last = frontier.pop() as number;
    const { length } = frontier;
    if (length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      const right = child + 1;
      if (
        right < length &&
        this.#isBeforeAt(frontier[right] as number, frontier[child] as number)
      ) {
        child = right;
      }
      const below = frontier[child] as number;
      if (!this.#isBeforeAt(below, last)) break;
      frontier[at] = below;
      at = child;
    }
    frontier[at] = last;
    return first;
  }
}
