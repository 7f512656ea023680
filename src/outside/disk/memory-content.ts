import { drawChance, drawUnit } from '../entropy/draw.ts';
import type { Entropy } from '../entropy/entropy.ts';

/** What a disk writes in one step: a crash never leaves half of one. */
const SECTOR_SIZE = 512;
const PAGE_SIZE = 4096;

/**
 * The bytes of a simulated file, twice: as they are read now, and as they were at the last sync. What
 * is zero takes no memory, so that a file can be large and empty; what has not changed since the sync
 * is held once.
 */
export class MemoryContent {
  readonly #pages = new Map<number, Uint8Array>();
  /** The pages that have changed since the last sync, as they were then. */
  readonly #synced = new Map<number, Uint8Array | undefined>();
  #size = 0;
  #syncedSize = 0;

  get size(): number {
    return this.#size;
  }

  read(position: number, length: number): Uint8Array {
    const end = Math.min(this.#size, position + length);
    const bytes = new Uint8Array(Math.max(0, end - position));
    forEachPage(position, bytes.length, (index, from, to, at) => {
      const page = this.#pages.get(index);
      if (page !== undefined) bytes.set(page.subarray(from, to), at);
    });
    return bytes;
  }

  write(position: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    forEachPage(position, bytes.length, (index, from, to, at) => {
      const part = bytes.subarray(at, at + to - from);
      if (this.#pages.has(index) || part.some((byte) => byte !== 0)) {
        this.#changePage(index).set(part, from);
      }
    });
    this.#size = Math.max(this.#size, position + bytes.length);
  }

  resize(size: number): void {
    if (size < this.#size) {
      const last = Math.floor(size / PAGE_SIZE);
      for (const index of [...this.#pages.keys()]) {
        if (index < last) continue;
        this.#changePage(index).fill(0, index === last ? size % PAGE_SIZE : 0);
        if (index > last) this.#pages.delete(index);
      }
    }
    this.#size = size;
  }

  sync(): void {
    this.#synced.clear();
    this.#syncedSize = this.#size;
  }

  /** A loss of power: of what was not synced, each sector and the size survive with this chance. */
  crash(entropy: Entropy, survival: number): void {
    const size = this.#sizeAfterCrash(entropy, survival);
    for (const index of [...this.#synced.keys()].sort((a, b) => a - b)) {
      const page = this.#changePage(index);
      const before = this.#synced.get(index) ?? new Uint8Array(PAGE_SIZE);
      for (let at = 0; at < PAGE_SIZE; at += SECTOR_SIZE) {
        // Cutting a file off leaves the bytes where they are: they are back if the cut is lost.
        const isCutOff = index * PAGE_SIZE + at >= this.#size;
        if (isCutOff || !drawChance(entropy, survival)) {
          page.set(before.subarray(at, at + SECTOR_SIZE), at);
        }
      }
    }
    this.#size = Math.max(this.#size, this.#syncedSize);
    this.resize(size);
    this.sync();
  }

  #sizeAfterCrash(entropy: Entropy, survival: number): number {
    if (drawChance(entropy, survival)) return this.#size;
    const growth = this.#size - this.#syncedSize;
    if (growth <= 0 || !drawChance(entropy, survival)) return this.#syncedSize;
    return this.#syncedSize + Math.floor(drawUnit(entropy) * growth);
  }

  /** Turns a bit over for good, as an old disk does by itself. */
  flipBit(position: number, bit: number): void {
    const index = Math.floor(position / PAGE_SIZE);
    const at = position % PAGE_SIZE;
    const page = this.#pages.get(index) ?? new Uint8Array(PAGE_SIZE);
    this.#pages.set(index, page);
    for (const copy of [page, this.#synced.get(index)]) {
      if (copy !== undefined) copy[at] = (copy[at] as number) ^ (1 << bit);
    }
  }

  /** Cuts the file off for good. */
  cut(size: number): void {
    this.resize(size);
    this.sync();
  }

  #changePage(index: number): Uint8Array {
    let page = this.#pages.get(index);
    if (!this.#synced.has(index)) this.#synced.set(index, page?.slice());
    if (page === undefined) {
      page = new Uint8Array(PAGE_SIZE);
      this.#pages.set(index, page);
    }
    return page;
  }
}

/** The pages that a range of bytes lies on: from where to where in the page, and where in the range. */
function forEachPage(
  position: number,
  length: number,
  visit: (index: number, from: number, to: number, at: number) => void,
): void {
  for (let at = 0; at < length; ) {
    const from = (position + at) % PAGE_SIZE;
    const to = Math.min(PAGE_SIZE, from + length - at);
    visit(Math.floor((position + at) / PAGE_SIZE), from, to, at);
    at += to - from;
  }
}
