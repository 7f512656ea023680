import { ByteMap } from '../../protocol/bytes/byte-map.ts';
import { ByteArena } from '../coins/byte-arena.ts';
import type { StoreReader } from '../storage/key-value-store.ts';
import { WriteBatch } from '../storage/write-batch.ts';
import type { Pace } from './pace.ts';

/** What a key is to be set to, if anything, and whether the store does not have it yet. */
interface Change {
  readonly key: Uint8Array;
  value: Uint8Array | undefined;
  readonly isNew: boolean;
}

/** What a change takes in memory beside its key and value. */
const CHANGE_OVERHEAD = 300;

/**
 * Changes to a store that have not been written yet, of one block or of many, as an index makes them:
 * reading sees them. What is made and taken away again leaves no trace.
 *
 * Keys and values are copied.
 */
export class Changes {
  readonly #store: StoreReader;
  readonly #changes: ByteMap<Change>;
  #arena = new ByteArena();
  #bytes = 0;

  /** @param seed lest strangers who choose the keys can choose them badly */
  constructor(store: StoreReader, seed: number) {
    this.#store = store;
    this.#changes = new ByteMap(seed);
  }

  get size(): number {
    return this.#changes.size;
  }

  /** About the bytes of memory that they take. Those of changes that are gone again count as well. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Sets a key that may have a value already. */
  put(key: Uint8Array, value: Uint8Array): void {
    this.#set(key, value, false);
  }

  /** Sets a key that the store does not have: if it goes again, nothing has to be written. */
  create(key: Uint8Array, value: Uint8Array): void {
    this.#set(key, value, true);
  }

  delete(key: Uint8Array): void {
    const change = this.#changes.get(key);
    if (change?.isNew === true) this.#changes.delete(key);
    else this.#set(key, undefined, false);
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    const change = this.#changes.get(key);
    return change === undefined ? this.#store.get(key) : change.value;
  }

  /** The changes as one batch. */
  async toBatch(pace: Pace): Promise<WriteBatch> {
    const batch = new WriteBatch();
    for (const { key, value } of this.#changes.values()) {
      if (pace.isDue) await pace.turn();
      if (value === undefined) batch.delete(key);
      else batch.put(key, value);
    }
    return batch;
  }

  /** What will take the changes back, once they have been written. */
  async inverse(pace: Pace): Promise<readonly InverseChange[]> {
    const inverse: InverseChange[] = [];
    const known: Uint8Array[] = [];
    for (const { key, isNew } of this.#changes.values()) {
      if (pace.isDue) await pace.turn();
      if (isNew) inverse.push({ key, value: undefined });
      else known.push(key);
    }
    const values = await this.#store.getMany(known);
    for (const [i, key] of known.entries()) {
      if (pace.isDue) await pace.turn();
      inverse.push({ key, value: values[i] });
    }
    return inverse;
  }

  clear(): void {
    this.#changes.clear();
    this.#arena = new ByteArena();
    this.#bytes = 0;
  }

  #set(key: Uint8Array, value: Uint8Array | undefined, isNew: boolean): void {
    const copy = value && this.#arena.copy(value);
    let change = this.#changes.get(key);
    if (change === undefined) {
      change = { key: this.#arena.copy(key), value: copy, isNew };
      this.#changes.set(change.key, change);
      this.#bytes += key.length + CHANGE_OVERHEAD;
    }
    change.value = copy;
    this.#bytes += value?.length ?? 0;
  }
}

export interface InverseChange {
  readonly key: Uint8Array;
  /** Undefined where there was none. */
  readonly value: Uint8Array | undefined;
}
