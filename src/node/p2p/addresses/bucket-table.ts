import { drawBelow } from '../../../outside/entropy/draw.ts';
import type { Entropy } from '../../../outside/entropy/entropy.ts';
import type { AddressEntry } from './address-entry.ts';

/** The places of a bucket. A place in a table is `64 * bucket + place`. */
export const BUCKET_SIZE = 64;

type Bucket = (AddressEntry | undefined)[];

/**
 * Buckets with 64 places each. Those with nothing in them take up no memory, because most nodes of a
 * private chain know a handful of addresses.
 */
export class BucketTable {
  readonly #buckets = new Map<number, { readonly entries: Bucket; used: number; index: number }>();
  /** The buckets with something in them, in no order. */
  readonly #filled: number[] = [];

  /** The number of buckets with something in them. */
  get bucketsUsed(): number {
    return this.#filled.length;
  }

  get(place: number): AddressEntry | undefined {
    return this.#buckets.get(Math.floor(place / BUCKET_SIZE))?.entries[place % BUCKET_SIZE];
  }

  /** Takes a place that is free. */
  put(place: number, entry: AddressEntry): void {
    const number = Math.floor(place / BUCKET_SIZE);
    let bucket = this.#buckets.get(number);
    if (bucket === undefined) {
      const entries: Bucket = new Array(BUCKET_SIZE).fill(undefined);
      bucket = { entries, used: 0, index: this.#filled.length };
      this.#buckets.set(number, bucket);
      this.#filled.push(number);
    }
    bucket.entries[place % BUCKET_SIZE] = entry;
    bucket.used++;
  }

  /** Frees a place that is taken. */
  free(place: number): void {
    const number = Math.floor(place / BUCKET_SIZE);
    const bucket = this.#buckets.get(number);
    if (bucket === undefined) return;
    bucket.entries[place % BUCKET_SIZE] = undefined;
    bucket.used--;
    if (bucket.used > 0) return;
    this.#buckets.delete(number);
    const last = this.#filled.pop() as number;
    if (last === number) return;
    this.#filled[bucket.index] = last;
    const moved = this.#buckets.get(last);
    if (moved !== undefined) moved.index = bucket.index;
  }

  /**
   * An entry of a random bucket: the first that fits, from a random place on; undefined where that
   * bucket has none. Every bucket is as likely as any other, however full it is: a group that fills its
   * buckets gains nothing by it.
   */
  draw(entropy: Entropy, fits: (entry: AddressEntry) => boolean): AddressEntry | undefined {
    const number = this.#filled[drawBelow(entropy, this.#filled.length)] as number;
    const entries = this.#buckets.get(number)?.entries ?? [];
    const first = drawBelow(entropy, BUCKET_SIZE);
    for (let i = 0; i < BUCKET_SIZE; i++) {
      const entry = entries[(first + i) % BUCKET_SIZE];
      if (entry !== undefined && fits(entry)) return entry;
    }
    return undefined;
  }
}
