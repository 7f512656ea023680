import type { Clock } from '../../outside/clock/clock.ts';
import type { Entropy } from '../../outside/entropy/entropy.ts';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import { Writer } from '../../protocol/bytes/writer.ts';
import type { Coin, CoinKey, CoinLookup } from '../../protocol/consensus/coin.ts';
import type { ConnectedBlock } from '../../protocol/consensus/connect-block.ts';
import type { DisconnectedBlock } from '../../protocol/consensus/disconnect-block.ts';
import type { BlockHash } from '../../protocol/primitives/hashes.ts';
import type { KeyValueStore } from '../storage/key-value-store.ts';
import type { StorageError } from '../storage/storage-error.ts';
import { WriteBatch } from '../storage/write-batch.ts';
import { ByteArena } from './byte-arena.ts';
import { coinCodec, decodeCoin } from './coin-codec.ts';
import { KEY_SIZE, type RecordFlags, type RecordRef } from './coin-records.ts';
import { CoinTable, NONE } from './coin-table.ts';
import { inTurns, makeRoom } from './make-room.ts';
import {
  BEST_BLOCK_KEY,
  COIN_KEY_SIZE,
  coinStoreKey,
  damagedCoins,
  readCoinStoreKey,
} from './store-keys.ts';

export interface CoinCacheOptions {
  readonly store: KeyValueStore;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** The bytes of memory that it may take: `dbcache`. */
  readonly limit?: number;
}

/** What a block does to the coins, in either direction. */
export type CoinChanges =
  | Pick<ConnectedBlock, 'spent' | 'created'>
  | Pick<DisconnectedBlock, 'removed' | 'restored'>;

export const DEFAULT_COIN_CACHE_BYTES = 300 * 2 ** 20;
/** All changes go to the database in one batch, which takes several times their own size meanwhile. */
const MOST_CHANGED_BYTES = 8 * 2 ** 20;
/** Of these, what makes a flush due: the other half is for what changes while that is written. */
const CHANGED_WHEN_DUE = 1 / 2;
/** Of the memory that it may take, what it may take while some of it is being written. */
const MOST_OVER_LIMIT = 1.1;

/** Differs from the database. */
const DIRTY = 1;
/** Is not in the database: if it goes before the next flush, nobody ever has to know. */
const FRESH = 2;
/** Which of two successive flushes a change belongs to. */
const ODD = 4;

/** In place of a coin: there is none. */
const NO_COIN = new Uint8Array(0);

/** Of the memory that it may take, what may be taken right after a flush. */
const ROOM_AFTER_FLUSH = 7 / 8;

/**
 * The coins of the chain's tip: those in a database, and in memory what has changed since, with as
 * many others as there is room for. A coin that is created and spent between two flushes never
 * reaches the disk.
 *
 * Coins are spent once, and mostly young. So what leaves the memory first is what has been in it
 * longest, and how often it was asked for counts for nothing.
 *
 * @example
 * const coins = await cache.load(coinsToLoad(block, position, params));
 * const connected = connectBlock(block, { ...position, coins }, params);
 * cache.apply(connected);
 * if (cache.needsFlush) await cache.flush(blockHash(block));
 */
export class CoinCache {
  readonly limit: number;
  readonly #store: KeyValueStore;
  readonly #clock: Clock;
  readonly #table: CoinTable;
  readonly #mostChangedBytes: number;
  /** The flags of a change that is made now: it belongs to the next flush. */
  #changed: RecordFlags = DIRTY;
  #changedBytes = 0;
  /** What the flush under way writes, while it is being gathered. */
  #batch: WriteBatch | undefined;
  #arena = new ByteArena();
  #flushing = false;
  readonly #writer = new Writer();
  /** How many have been written. */
  #flushes = 0;

  constructor({ store, clock, entropy, limit = DEFAULT_COIN_CACHE_BYTES }: CoinCacheOptions) {
    this.limit = limit;
    this.#store = store;
    this.#clock = clock;
    this.#table = new CoinTable(entropy);
    this.#mostChangedBytes = Math.min(MOST_CHANGED_BYTES, limit / 2);
  }

  /** The bytes of memory that it really takes. */
  get bytes(): number {
    return this.#table.bytes;
  }

  /** How many coins, or marks that there is none, are in memory. */
  get size(): number {
    return this.#table.size;
  }

  /** About how many bytes the next flush will write. */
  get changedBytes(): number {
    return this.#changedBytes;
  }

  /** Whether a flush is due. Nothing but that ever makes room, and the cache never calls it itself. */
  get needsFlush(): boolean {
    const due = this.#mostChangedBytes * CHANGED_WHEN_DUE;
    return this.bytes > this.limit || this.#changedBytes > due;
  }

  /**
   * Whether a flush that is under way has to be waited for, before anything else changes: where blocks
   * come faster than the disk takes them, nothing else keeps the memory in bounds.
   */
  get isOverfull(): boolean {
    return this.bytes > this.limit * MOST_OVER_LIMIT || this.#changedBytes > this.#mostChangedBytes;
  }

  /**
   * Brings coins into memory, by one batched read. What it resolves with answers for these keys, as
   * {@link get} does, until whoever waited for it waits for something else. Loading them again is
   * cheap, so that it is well worth doing ahead of time, and a second time when it counts.
   */
  async load(keys: readonly CoinKey[]): Promise<CoinLookup> {
    for (;;) {
      const missing = keys.filter((key) => this.#table.find(key) === NONE);
      if (missing.length === 0) break;
      const flushes = this.#flushes;
      const arena = new ByteArena(missing.length * COIN_KEY_SIZE);
      const values = await this.#store.getMany(missing.map((key) => coinStoreKey(key, arena)));
      // Changes made meanwhile are in memory, unless they have been flushed.
      if (flushes !== this.#flushes) continue;
      missing.forEach((key, i) => {
        this.#keep(key, values[i]);
      });
      // Nor need what was in memory before be there still: look again.
    }
    return { get: (key) => this.#getLoaded(key, keys) };
  }

  /** A coin that has been loaded. One that is not in memory is not found, wherever else it may be. */
  get(key: CoinKey): Coin | undefined {
    const ref = this.#table.find(key);
    return ref === NONE ? undefined : this.#coinAt(ref);
  }

  /**
   * Makes the changes of a block that has been connected to these coins, or disconnected from them.
   * In memory only; what has not been flushed can so be taken back as if it had never been.
   */
  apply(changes: CoinChanges): void {
    if ('created' in changes) {
      changes.spent.forEach((key) => {
        this.#spend(key);
      });
      // A coinbase can repeat an earlier one, of before BIP34, whose coin is then in the database.
      changes.created.forEach((key, coin) => {
        this.#put(key, coin, !coin.isCoinbase);
      });
    } else {
      for (const key of changes.removed) this.#take(key);
      // These could be called new as well; that they are not costs a needless deletion at worst.
      for (const { key, coin } of changes.restored) this.#put(key, coin, false);
    }
  }

  /**
   * Writes all changes made until now, the hash of the block that they lead to, and whatever `extra`
   * holds, in one batch: on the disk are the coins of the one block or of the other. Then makes room.
   *
   * Works in slices. What is applied before it resolves belongs to the next flush.
   */
  async flush(bestBlock: BlockHash, extra = new WriteBatch()): Promise<void> {
    if (this.#flushing) throw new RangeError('a flush of the coins before the last one was done');
    // It stays so if the write fails: what is on the disk is unknown until the store is opened again.
    this.#flushing = true;
    this.#batch = extra.put(BEST_BLOCK_KEY, bestBlock);
    this.#arena = new ByteArena();
    this.#changed ^= ODD;
    this.#changedBytes = 0;
    const { records } = this.#table;
    const changed = records.segments().filter((segment) => records.hasMarked(segment));
    await inTurns(this.#clock, changed, (segment) => {
      for (const ref of records.refsIn(segment)) this.#settle(ref);
    });
    this.#batch = undefined;
    await this.#store.write(extra, { durable: true });
    this.#flushes++;
    await makeRoom(this.#table, this.#clock, {
      goal: this.limit * ROOM_AFTER_FLUSH,
      mustStay: (ref) => isDirty(records.flags(ref)),
    });
    this.#flushing = false;
  }

  #keep(key: CoinKey, value: Uint8Array | undefined): void {
    if (value?.length === 0) throw damagedCoin(key, 'it is empty');
    if (this.#table.find(key) === NONE) this.#table.add(key, value ?? NO_COIN, 0);
  }

  #getLoaded(key: CoinKey, keys: readonly CoinKey[]): Coin | undefined {
    const ref = this.#table.find(key);
    if (ref !== NONE) return this.#coinAt(ref);
    // To call a block invalid because a coin was elsewhere would split the chain.
    if (keys.some((loaded) => equalBytes(loaded, key))) {
      throw new RangeError('a coin was asked for long after it had been loaded; load it again');
    }
    return undefined;
  }

  #coinAt(ref: RecordRef): Coin | undefined {
    const { records } = this.#table;
    if (records.valueLength(ref) === 0) return undefined;
    try {
      return decodeCoin(records.value(ref));
    } catch (error) {
      throw damagedCoin(records.key(ref), error instanceof Error ? error.message : '', error);
    }
  }

  #spend(key: CoinKey): void {
    if (!this.#take(key)) {
      throw new RangeError('a block spends a coin that is not there: it was connected to others');
    }
  }

  /** Removes a coin, and says whether it was there, as far as this is known. */
  #take(key: CoinKey): boolean {
    const { records } = this.#table;
    const ref = this.#table.find(key);
    if (ref === NONE) {
      this.#table.add(key, NO_COIN, this.#changed);
      this.#changedBytes += key.length;
      return true;
    }
    this.#settle(ref);
    if (records.valueLength(ref) === 0) return false;
    this.#uncount(ref);
    if ((records.flags(ref) & FRESH) !== 0) {
      this.#table.remove(ref);
    } else {
      this.#table.replace(ref, NO_COIN, this.#changed);
      this.#changedBytes += key.length;
    }
    return true;
  }

  /** Adds a coin, in place of one that may be there. `fresh`: it is not in the database. */
  #put(key: CoinKey, coin: Coin, fresh: boolean): void {
    const { records } = this.#table;
    coinCodec.write(this.#writer.clear(), coin);
    const value = this.#writer.finish();
    const ref = this.#table.find(key);
    if (ref === NONE) {
      this.#table.add(key, value, this.#changed | (fresh ? FRESH : 0));
    } else {
      this.#settle(ref);
      this.#uncount(ref);
      const flags = records.flags(ref);
      const knownMissing = flags === 0 && records.valueLength(ref) === 0;
      this.#table.replace(ref, value, this.#changed | (knownMissing ? FRESH : flags & FRESH));
    }
    this.#changedBytes += key.length + value.length;
  }

  /** A change that the flush under way has to write, and has not come to yet, it writes now. */
  #settle(ref: RecordRef): void {
    const { records } = this.#table;
    const flags = records.flags(ref);
    if (this.#batch === undefined || !isDirty(flags) || isOf(flags, this.#changed)) return;
    const key = coinStoreKey(records.key(ref), this.#arena);
    if (records.valueLength(ref) === 0) this.#batch.delete(key);
    else this.#batch.put(key, this.#arena.copy(records.value(ref)));
    records.setFlags(ref, 0);
  }

  /** A change that is about to be replaced by another is no longer one. */
  #uncount(ref: RecordRef): void {
    const { records } = this.#table;
    if (!isDirty(records.flags(ref))) return;
    this.#changedBytes -= KEY_SIZE + records.valueLength(ref);
  }
}

function damagedCoin(key: CoinKey, what: string, cause?: unknown): StorageError {
  const { txid, vout } = readCoinStoreKey(coinStoreKey(key));
  return damagedCoins(`the coin ${toReversedHex(txid)}:${vout} cannot be read: ${what}`, { cause });
}

function isDirty(flags: RecordFlags): boolean {
  return (flags & DIRTY) !== 0;
}

/** Whether a change belongs to the same flush as another one. */
function isOf(flags: RecordFlags, other: RecordFlags): boolean {
  return ((flags ^ other) & ODD) === 0;
}
