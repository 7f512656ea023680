import type { ClassicLevel } from 'classic-level';
import type { KeyRange, StoreEntry, StoreReader } from '../key-value-store.ts';
import { toLevelError } from './level-error.ts';

export type Level = ClassicLevel<Uint8Array, Uint8Array>;
export type LevelSnapshot = ReturnType<Level['snapshot']>;

/** So many keys are looked up in one go: two to four milliseconds, some of them on this thread. */
const SLICE = 2048;
/** So many slices are read at once. Node has four threads, and others need one. */
const READERS = 3;
/** How many entries, and how many of their bytes, an iterator fetches at once. */
const FETCH_ENTRIES = 1000;
const FETCH_BYTES = 256 * 1024;

/** Reads the present state, or that of a snapshot. */
export class LevelReader implements StoreReader {
  readonly #level: Level;
  readonly #snapshot: LevelSnapshot | undefined;
  readonly #cure: string;
  readonly #check: () => void;

  constructor(level: Level, snapshot: LevelSnapshot | undefined, cure: string, check: () => void) {
    this.#level = level;
    this.#snapshot = snapshot;
    this.#cure = cure;
    this.#check = check;
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#attempt(async () => plain(await this.#level.get(key, this.#at(this.#snapshot))));
  }

  async getMany(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    return this.#attempt(() =>
      keys.length <= SLICE ? this.#getSlice(keys, this.#snapshot) : this.#getSlices(keys),
    );
  }

  async *iterate(range: KeyRange = {}): AsyncGenerator<StoreEntry> {
    this.#check();
    const iterator = await this.#attempt(async () =>
      this.#level.iterator({
        ...range,
        ...this.#at(this.#snapshot),
        highWaterMarkBytes: FETCH_BYTES,
      }),
    );
    try {
      for (;;) {
        const entries = await this.#attempt(() => iterator.nextv(FETCH_ENTRIES));
        if (entries.length === 0) return;
        for (const [key, value] of entries) yield [plain(key), plain(value)];
      }
    } finally {
      await iterator.close();
    }
  }

  /** Many keys, in slices on several threads, all of the same moment. */
  async #getSlices(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    const snapshot = this.#snapshot ?? this.#level.snapshot();
    const values = new Array<Uint8Array | undefined>(keys.length);
    let next = 0;
    const readOn = async (): Promise<void> => {
      while (next < keys.length) {
        const from = next;
        next += SLICE;
        const found = await this.#getSlice(keys.slice(from, next), snapshot);
        for (let i = 0; i < found.length; i++) values[from + i] = found[i];
      }
    };
    const ends = await Promise.allSettled(Array.from({ length: READERS }, readOn));
    if (snapshot !== this.#snapshot) await snapshot.close();
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    return values;
  }

  async #getSlice(
    keys: readonly Uint8Array[],
    snapshot: LevelSnapshot | undefined,
  ): Promise<readonly (Uint8Array | undefined)[]> {
    const values = await this.#level.getMany(keys as Uint8Array[], this.#at(snapshot));
    return values.map(plain);
  }

  #at(snapshot: LevelSnapshot | undefined): { snapshot?: LevelSnapshot } {
    return snapshot === undefined ? {} : { snapshot };
  }

  async #attempt<T>(call: () => Promise<T>): Promise<T> {
    this.#check();
    try {
      return await call();
    } catch (error) {
      throw toLevelError(error, 'read', this.#level.location, this.#cure);
    }
  }
}

/**
 * LevelDB answers with `Buffer`s, whose `slice` does not copy, unlike that of every other array of
 * bytes in the project.
 */
function plain<T extends Uint8Array | undefined>(bytes: T): T | Uint8Array {
  return bytes === undefined
    ? bytes
    : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
