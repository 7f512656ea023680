import { equalBytes } from '../../protocol/bytes/compare.ts';
import { sipHash } from '../../protocol/crypto/siphash.ts';
import type { Transaction } from '../../protocol/primitives/transaction.ts';
import { wtxid } from '../../protocol/primitives/transaction-id.ts';
import type { ScriptCache } from './script-verifier.ts';

/** As much as Bitcoin Core gives to its script execution cache. */
const DEFAULT_BYTES = 16 * 1024 * 1024;

const ID_SIZE = 32;
/** An id, and two numbers of 32 bits: the flags, and when it came. */
const ENTRY_SIZE = ID_SIZE + 8;
/** An entry is in one of two buckets. Hardly one is lost before two of three places are taken. */
const BUCKET_ENTRIES = 4;
const BUCKET_SIZE = BUCKET_ENTRIES * ENTRY_SIZE;

export interface ScriptExecutionCacheOptions {
  /** The memory that it takes, all of it at once and no more. */
  readonly bytes?: number;
}

/**
 * Remembers transactions whose scripts have passed, in memory that is bounded: what came first is
 * forgotten first.
 *
 * The id with the witnesses covers all that scripts see: the transaction, and through its outpoints
 * what it spends; only the flags do not follow from it. Ids are compared in full, so that nothing can
 * be taken for something else; the secret key is there because ids can be chosen, and whoever knew
 * where they go could push others out.
 *
 * @example
 * const cache = new ScriptExecutionCache(entropy.bytes(16));
 * cache.add(tx, flags);
 * cache.has(tx, flags) // true
 */
export class ScriptExecutionCache implements ScriptCache {
  readonly #key: Uint8Array;
  readonly #buckets: number;
  readonly #ids: Uint8Array;
  readonly #flags: Int32Array;
  /** Each entry counts up; 0 is an empty place. */
  readonly #ages: Uint32Array;
  #age = 0;

  /** @param key 16 random bytes */
  constructor(key: Uint8Array, { bytes = DEFAULT_BYTES }: ScriptExecutionCacheOptions = {}) {
    this.#key = key;
    this.#buckets = Math.max(1, Math.floor(bytes / BUCKET_SIZE));
    const entries = this.#buckets * BUCKET_ENTRIES;
    this.#ids = new Uint8Array(entries * ID_SIZE);
    this.#flags = new Int32Array(entries);
    this.#ages = new Uint32Array(entries);
  }

  /** How many transactions it has room for. */
  get capacity(): number {
    return this.#ages.length;
  }

  has(tx: Transaction, flags: number): boolean {
    const id = wtxid(tx);
    return this.#placesOf(id).some((place) => this.#holds(place, id, flags));
  }

  /** Remembers that all scripts of a transaction passed under these flags. */
  add(tx: Transaction, flags: number): void {
    const id = wtxid(tx);
    const places = this.#placesOf(id);
    if (places.some((place) => this.#holds(place, id, flags))) return;
    let oldest = places[0] as number;
    for (const place of places) if (this.#ageOf(place) < this.#ageOf(oldest)) oldest = place;
    this.#ids.set(id, oldest * ID_SIZE);
    this.#flags[oldest] = flags;
    this.#ages[oldest] = this.#nextAge();
  }

  #holds(place: number, id: Uint8Array, flags: number): boolean {
    if (this.#flags[place] !== (flags | 0) || this.#ageOf(place) === 0) return false;
    return equalBytes(this.#ids.subarray(place * ID_SIZE, (place + 1) * ID_SIZE), id);
  }

  /** Where an id can be: in turn a place of either of its buckets, so that the emptier is filled first. */
  #placesOf(id: Uint8Array): readonly number[] {
    const hash = sipHash(this.#key, id);
    const first = (Number(hash & 0xffffffffn) % this.#buckets) * BUCKET_ENTRIES;
    const second = (Number(hash >> 32n) % this.#buckets) * BUCKET_ENTRIES;
    const places: number[] = [];
    for (let i = 0; i < BUCKET_ENTRIES; i++) places.push(first + i, second + i);
    return places;
  }

  #ageOf(place: number): number {
    return this.#ages[place] as number;
  }

  /** After four thousand million entries the count begins again; what is old is then young, no more. */
  #nextAge(): number {
    this.#age = this.#age === 0xffffffff ? 1 : this.#age + 1;
    return this.#age;
  }
}
