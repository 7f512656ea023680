import { toHex } from '../../protocol/bytes/hex.ts';

/** Where a block is: in which of the files that are imported, and where in it. */
export interface BlockPlace {
  /** The number of the file. */
  readonly file: number;
  /** Where the bytes of the block begin, behind their frame. */
  readonly offset: number;
  readonly length: number;
}

/** More are not remembered, so that no file can fill the memory: these take some 200 MB. */
const MOST_WAITING = 1_000_000;

/** Where the blocks are whose parents have not come yet. */
export class WaitingBlocks {
  readonly #byParent = new Map<string, BlockPlace[]>();
  readonly #limit: number;
  #size = 0;
  #forgotten = 0;

  constructor(limit = MOST_WAITING) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  /** How many there was no room for, since they were last asked for. */
  takeForgotten(): number {
    const forgotten = this.#forgotten;
    this.#forgotten = 0;
    return forgotten;
  }

  add(parent: Uint8Array, place: BlockPlace): void {
    if (this.#size >= this.#limit) {
      this.#forgotten++;
      return;
    }
    const key = toHex(parent);
    const places = this.#byParent.get(key);
    if (places === undefined) this.#byParent.set(key, [place]);
    else places.push(place);
    this.#size++;
  }

  /** The blocks that waited for this one; they do no longer. */
  take(parent: Uint8Array): readonly BlockPlace[] {
    if (this.#size === 0) return [];
    const key = toHex(parent);
    const places = this.#byParent.get(key);
    if (places === undefined) return [];
    this.#byParent.delete(key);
    this.#size -= places.length;
    return places;
  }

  /** Some of those that wait, as they came. */
  some(count: number): readonly BlockPlace[] {
    const some: BlockPlace[] = [];
    for (const places of this.#byParent.values()) {
      some.push(...places.slice(0, count - some.length));
      if (some.length >= count) break;
    }
    return some;
  }
}
