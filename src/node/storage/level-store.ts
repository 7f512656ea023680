import { ClassicLevel } from 'classic-level';
import type { Clock } from '../../outside/clock/clock.ts';
import type { Disk } from '../../outside/disk/disk.ts';
import { joinPath } from '../../outside/disk/disk-path.ts';
import type {
  KeyRange,
  KeyValueStore,
  StoreEntry,
  StoreOptions,
  StoreSnapshot,
  WriteOptions,
} from './key-value-store.ts';
import { toLevelError } from './level/level-error.ts';
import { type Level, LevelReader, type LevelSnapshot } from './level/level-reader.ts';
import { LogSync } from './level/log-sync.ts';
import { auditLevelFolder, type TablesToAudit } from './level-audit.ts';
import { attempt, REINDEX, StorageError } from './storage-error.ts';
import { TaskQueue } from './task-queue.ts';
import type { WriteBatch } from './write-batch.ts';

const MIB = 1024 * 1024;

/**
 * Measured with 3 million entries of 76 bytes, random keys: larger tables (32 MiB, not 2) make reads
 * twice as fast, a larger write buffer (16 MiB, not 4) makes writes 1.5 times as fast, and Snappy
 * gains nothing: keys and scripts are hashes.
 */
const DEFAULT_CACHE_BYTES = 8 * MIB;
const DEFAULT_WRITE_BUFFER_BYTES = 16 * MIB;
const TABLE_BYTES = 32 * MIB;

/** So much is checked before a store is opened: a quarter of a second. The rest is checked beside. */
const DEFAULT_AUDIT_BYTES = 256 * MIB;

/** After so many changes of a large batch, others have a turn: some milliseconds. */
const SLICE = 4096;

/** What a store on the disk needs of the outside. The disk is that of the machine. */
export interface LevelStoreDoors {
  readonly disk: Disk;
  readonly clock: Clock;
}

/**
 * Opens a LevelDB store in a folder, and makes it where there is none. Its files are checked first,
 * since LevelDB reads without looking at checksums.
 *
 * @example
 * const coins = await openLevelStore('/data/regtest/chainstate', { disk, clock });
 */
export async function openLevelStore(
  path: string,
  doors: LevelStoreDoors,
  options: StoreOptions = {},
): Promise<KeyValueStore> {
  const { disk } = doors;
  const cure = options.cure ?? REINDEX;
  await attempt(async () => {
    if (options.wipe === true && (await disk.stat(path)) !== undefined)
      await disk.removeFolder(path);
    await disk.makeFolder(path);
  });
  const { isEmpty, rest } = await auditLevelFolder(disk, path, {
    tableBytes: options.auditBytes ?? DEFAULT_AUDIT_BYTES,
    cure,
  });
  const level: Level = new ClassicLevel(path, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    createIfMissing: isEmpty,
    compression: false,
    cacheSize: options.cacheBytes ?? DEFAULT_CACHE_BYTES,
    writeBufferSize: options.writeBufferBytes ?? DEFAULT_WRITE_BUFFER_BYTES,
    maxFileSize: TABLE_BYTES,
  });
  try {
    await level.open();
    // What opening has made is to outlive a loss of power, before anything relies on it.
    await disk.syncFolder(path);
  } catch (error) {
    await level.close();
    await rest.close();
    throw toLevelError(error, 'open', path, cure);
  }
  const store = new LevelStore(level, rest, doors, cure);
  void store.auditRest(options.onDamage);
  return store;
}

/** A store in LevelDB. */
class LevelStore implements KeyValueStore {
  readonly #path: string;
  readonly #level: Level;
  readonly #doors: LevelStoreDoors;
  readonly #cure: string;
  readonly #rest: TablesToAudit;
  readonly #logs: LogSync;
  readonly #reader: LevelReader;
  readonly #writes = new TaskQueue();
  /** Whether something has been written since the last durable write. */
  #hasUnsynced = false;
  #failure: Error | undefined;
  #damage: Error | undefined;
  #closing: Promise<void> | undefined;

  constructor(level: Level, rest: TablesToAudit, doors: LevelStoreDoors, cure: string) {
    this.#path = level.location;
    this.#level = level;
    this.#doors = doors;
    this.#cure = cure;
    this.#rest = rest;
    this.#logs = new LogSync(doors.disk, this.#path);
    this.#reader = this.#makeReader();
  }

  /** Checks what could not be checked before; when that fails, so does everything from then on. */
  async auditRest(onDamage: StoreOptions['onDamage']): Promise<void> {
    try {
      await this.#rest.run();
    } catch (error) {
      this.#damage = error as Error;
      onDamage?.(this.#damage);
    }
  }

  get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#reader.get(key);
  }

  getMany(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    return this.#reader.getMany(keys);
  }

  iterate(range?: KeyRange): AsyncIterable<StoreEntry> {
    return this.#reader.iterate(range);
  }

  /**
   * One batch at a time. Where one fails, its record is half written, and LevelDB would put the next
   * one behind it, say that all is well, and drop it at the next start.
   */
  async write(batch: WriteBatch, options: WriteOptions = {}): Promise<void> {
    this.#check();
    return this.#writes.run(async () => {
      if (this.#failure !== undefined) throw this.#noMoreWrites(this.#failure);
      try {
        await this.#write(batch, options.durable === true);
      } catch (error) {
        const failure = toLevelError(error, 'write to', this.#path, this.#cure);
        this.#failure = failure as Error;
        throw failure;
      }
    });
  }

  snapshot(): StoreSnapshot {
    this.#check();
    const snapshot = this.#level.snapshot();
    const reader = this.#makeReader(snapshot);
    return {
      get: (key) => reader.get(key),
      getMany: (keys) => reader.getMany(keys),
      iterate: (range) => reader.iterate(range),
      release: () => snapshot.close(),
    };
  }

  async sizeOnDisk(): Promise<number> {
    this.#check();
    const { disk } = this.#doors;
    return attempt(async () => {
      let sum = 0;
      for (const { name } of await disk.list(this.#path)) {
        sum += (await disk.stat(joinPath(this.#path, name)))?.size ?? 0;
      }
      return sum;
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#writes.idle();
    await this.#rest.close();
    await this.#level.close();
  }

  async #write(batch: WriteBatch, durable: boolean): Promise<void> {
    if (durable && this.#hasUnsynced) await this.#logs.syncLogs();
    if (batch.size > 0) {
      this.#hasUnsynced = true;
      const level = this.#level.batch();
      for (let i = 0; i < batch.size; i++) {
        if (i % SLICE === SLICE - 1) await this.#doors.clock.nextTurn();
        const value = batch.valueAt(i);
        if (value === undefined) level.del(batch.keyAt(i));
        else level.put(batch.keyAt(i), value);
      }
      await level.write({ sync: durable });
    }
    if (!durable) return;
    await this.#logs.syncNames();
    this.#hasUnsynced = false;
  }

  #makeReader(snapshot?: LevelSnapshot): LevelReader {
    return new LevelReader(this.#level, snapshot, this.#cure, () => this.#check());
  }

  #check(): void {
    if (this.#damage !== undefined) throw this.#damage;
    if (this.#closing === undefined) return;
    throw new StorageError('closed', this.#path, `${this.#path} has been closed`);
  }

  #noMoreWrites(failure: Error): unknown {
    if (!(failure instanceof StorageError)) return failure;
    const text = `nothing more is written to ${this.#path}, since an earlier write failed: ${failure.message}`;
    return new StorageError(failure.code, this.#path, text, { cause: failure });
  }
}
