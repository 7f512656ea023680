/**
 * What the node asks of a database: keys and values that are bytes, ordered as `memcmp` orders keys.
 * LevelDB and a tree in memory stand behind it, and the same tests hold for both.
 */
import type { WriteBatch } from './write-batch.ts';

/**
 * Reading. Arrays that come back belong to the store as much as to the caller: they are read, and
 * never written to.
 */
export interface StoreReader {
  /** The value of a key; undefined if there is none. */
  get(key: Uint8Array): Promise<Uint8Array | undefined>;
  /** The values of many keys, all of the same moment, in the order of the keys. */
  getMany(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]>;
  /** The entries in a range, ordered by key, as they are when the first one is asked for. */
  iterate(range?: KeyRange): AsyncIterable<StoreEntry>;
}

export type StoreEntry = readonly [key: Uint8Array, value: Uint8Array];

/** A store of keys and values. Whatever goes wrong is a `StorageError`. */
export interface KeyValueStore extends StoreReader {
  /**
   * Writes all of a batch or nothing. Batches are written in the order in which they are given, and
   * a crash never keeps one without those before it.
   *
   * When a write has failed, nothing more is written until the store has been opened again: the end
   * of the files is then unknown. Reading goes on.
   */
  write(batch: WriteBatch, options?: WriteOptions): Promise<void>;
  /** What is in the store now, to be read while it changes. Release it. */
  snapshot(): StoreSnapshot;
  /** About how many bytes the store takes up on the disk, or in memory if it is there. */
  sizeOnDisk(): Promise<number>;
  /** Waits for what is under way. Whatever is asked of the store, or of its snapshots, later fails. */
  close(): Promise<void>;
}

export interface WriteOptions {
  /**
   * Resolves only when this batch, and all before it, will survive a loss of power. An empty batch
   * makes those before it durable.
   */
  readonly durable?: boolean;
}

export interface StoreSnapshot extends StoreReader {
  release(): Promise<void>;
}

/** Which keys, in which direction, and how many of them. One bound on each side at most. */
export interface KeyRange {
  readonly gte?: Uint8Array;
  readonly gt?: Uint8Array;
  readonly lt?: Uint8Array;
  readonly lte?: Uint8Array;
  /** From the last key to the first. */
  readonly reverse?: boolean;
  readonly limit?: number;
}

/** How a store is to be opened. */
export interface StoreOptions {
  /** Empties the store first, in whatever state it is: it is about to be built anew. */
  readonly wipe?: boolean;
  /** Memory for what has been read. */
  readonly cacheBytes?: number;
  /** Memory for what has been written and is not yet sorted into tables. */
  readonly writeBufferBytes?: number;
  /** What to do about damage, as the end of a line: "run with --reindex". */
  readonly cure?: string;
  /**
   * How many bytes of files are checked before the store is opened. The rest is checked while it is in
   * use.
   */
  readonly auditBytes?: number;
  /** Hears of damage that is found in that rest. From then on, whatever is asked of the store fails. */
  readonly onDamage?: (error: Error) => void;
}

/** Opens the store in a folder, and makes it where there is none. */
export type OpenStore = (path: string, options?: StoreOptions) => Promise<KeyValueStore>;

/**
 * The range of the keys that begin so.
 *
 * @example
 * prefixRange(Uint8Array.of(0x43)) // { gte: [0x43], lt: [0x44] }
 */
export function prefixRange(prefix: Uint8Array): KeyRange {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length--;
  if (length === 0) return { gte: prefix };
  const lt = prefix.slice(0, length);
  lt[length - 1] = (lt[length - 1] as number) + 1;
  return { gte: prefix, lt };
}
