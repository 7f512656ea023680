import { equalBytes } from './compare.ts';

interface Entry<V> {
  readonly key: Uint8Array;
  value: V;
  next: Entry<V> | undefined;
}

/**
 * A map whose keys are byte arrays, equal when their bytes are.
 *
 * The keys are mostly hashes that strangers choose, so the place of a key depends on a `seed` that
 * whoever makes a long-lived map draws at random: nobody can then prepare keys that all collide.
 * Keys are kept by reference and must not change.
 *
 * @example
 * const heights = new ByteMap<number>();
 * heights.set(Uint8Array.of(1, 2), 7);
 * heights.get(Uint8Array.of(1, 2)) // 7
 */
export class ByteMap<V> {
  readonly #buckets = new Map<number, Entry<V>>();
  readonly #seed: number;
  #size = 0;

  constructor(seed = 0) {
    this.#seed = seed | 0;
  }

  get size(): number {
    return this.#size;
  }

  get(key: Uint8Array): V | undefined {
    return this.#find(key)?.value;
  }

  has(key: Uint8Array): boolean {
    return this.#find(key) !== undefined;
  }

  set(key: Uint8Array, value: V): this {
    const bucket = hashOf(key, this.#seed);
    const first = this.#buckets.get(bucket);
    for (let entry = first; entry !== undefined; entry = entry.next) {
      if (equalBytes(entry.key, key)) {
        entry.value = value;
        return this;
      }
    }
    this.#buckets.set(bucket, { key, value, next: first });
    this.#size++;
    return this;
  }

  delete(key: Uint8Array): boolean {
    const bucket = hashOf(key, this.#seed);
    let previous: Entry<V> | undefined;
    for (let entry = this.#buckets.get(bucket); entry !== undefined; entry = entry.next) {
      if (equalBytes(entry.key, key)) {
        if (previous !== undefined) previous.next = entry.next;
        else if (entry.next !== undefined) this.#buckets.set(bucket, entry.next);
        else this.#buckets.delete(bucket);
        this.#size--;
        return true;
      }
      previous = entry;
    }
    return false;
  }

  clear(): void {
    this.#buckets.clear();
    this.#size = 0;
  }

  /** Faster than a loop over the map, which makes an array for each pair. */
  forEach(visit: (key: Uint8Array, value: V) => void): void {
    for (const first of this.#buckets.values()) {
      for (let entry: Entry<V> | undefined = first; entry !== undefined; entry = entry.next) {
        visit(entry.key, entry.value);
      }
    }
  }

  *keys(): IterableIterator<Uint8Array> {
    for (const [key] of this) yield key;
  }

  *values(): IterableIterator<V> {
    for (const [, value] of this) yield value;
  }

  *[Symbol.iterator](): IterableIterator<[Uint8Array, V]> {
    for (const first of this.#buckets.values()) {
      for (let entry: Entry<V> | undefined = first; entry !== undefined; entry = entry.next) {
        yield [entry.key, entry.value];
      }
    }
  }

  #find(key: Uint8Array): Entry<V> | undefined {
    let entry = this.#buckets.get(hashOf(key, this.#seed));
    while (entry !== undefined && !equalBytes(entry.key, key)) entry = entry.next;
    return entry;
  }
}

/**
 * HalfSipHash-1-3, the strength that hash tables use, under the seed as its key. A plain mixing
 * function does not do here: keys can be made for it that collide under every seed.
 */
function hashOf(key: Uint8Array, seed: number): number {
  const whole = key.length >>> 2;
  let v0 = seed;
  let v1 = Math.imul(seed, 0x9e3779b1);
  let v2 = v0 ^ 0x6c796765;
  let v3 = v1 ^ 0x74656462;
  // A round for each whole word, one for what is left over and the length, and three to finish.
  for (let round = 0; round < whole + 4; round++) {
    const word = round < whole ? wordAt(key, 4 * round) : round === whole ? lastWord(key) : 0;
    if (round === whole + 1) v2 ^= 0xff;
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  return v1 ^ v3;
}

function wordAt(key: Uint8Array, at: number): number {
  return (
    (key[at] as number) |
    ((key[at + 1] as number) << 8) |
    ((key[at + 2] as number) << 16) |
    ((key[at + 3] as number) << 24)
  );
}

/** The one to three bytes behind the whole words, and the length in the highest byte. */
function lastWord(key: Uint8Array): number {
  let word = key.length << 24;
  for (let at = key.length & ~3; at < key.length; at++)
    word |= (key[at] as number) << (8 * (at & 3));
  return word;
}

/** A set of byte arrays, equal when their bytes are. */
export class ByteSet {
  readonly #map: ByteMap<true>;

  constructor(seed = 0) {
    this.#map = new ByteMap(seed);
  }

  get size(): number {
    return this.#map.size;
  }

  has(key: Uint8Array): boolean {
    return this.#map.has(key);
  }

  /** Adds a key, and says whether it was new. */
  add(key: Uint8Array): boolean {
    const before = this.#map.size;
    this.#map.set(key, true);
    return this.#map.size > before;
  }

  delete(key: Uint8Array): boolean {
    return this.#map.delete(key);
  }

  [Symbol.iterator](): IterableIterator<Uint8Array> {
    return this.#map.keys();
  }
}
