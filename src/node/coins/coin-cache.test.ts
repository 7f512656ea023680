import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../outside/clock/virtual-clock.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { ByteMap } from '../../protocol/bytes/byte-map.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import { type Coin, type CoinKey, coinKey } from '../../protocol/consensus/coin.ts';
import type { BlockHash, Txid } from '../../protocol/primitives/hashes.ts';
import type { KeyValueStore, WriteOptions } from '../storage/key-value-store.ts';
import { MemoryStore } from '../storage/memory-store.ts';
import { StorageError } from '../storage/storage-error.ts';
import { WriteBatch } from '../storage/write-batch.ts';
import { CoinCache } from './coin-cache.ts';
import { decodeCoin } from './coin-codec.ts';
import { coinStoreKey, readBestBlock } from './store-keys.ts';

const DEFAULT_LIMIT = 314_572_800;
const SEGMENT_BYTES = 65_536;
const TIP = new Uint8Array(32).fill(7) as BlockHash;

function keyOf(number: number): CoinKey {
  const txid = new Uint8Array(32) as Txid;
  new DataView(txid.buffer).setUint32(0, number);
  return coinKey({ txid, vout: 0 });
}

function coinOf(value: number, changes: Partial<Coin> = {}): Coin {
  const output = { value: BigInt(value), scriptPubKey: new Uint8Array(22).fill(1) };
  return { output, height: 100, isCoinbase: false, ...changes };
}

function mapOf(...entries: readonly (readonly [number, Coin])[]): ByteMap<Coin> {
  const map = new ByteMap<Coin>();
  for (const [number, coin] of entries) map.set(keyOf(number), coin);
  return map;
}

/** A cache over a store that remembers what was written to it. */
class Scene {
  readonly clock = new VirtualClock();
  readonly memory = new MemoryStore();
  readonly writes: { readonly batch: WriteBatch; readonly options: WriteOptions | undefined }[] =
    [];
  /** Waits, in the middle of a read. */
  onRead: (() => Promise<void>) | undefined;
  onWritten: (() => void) | undefined;
  failure: Error | undefined;
  cache: CoinCache;
  readonly #limit: number;

  constructor(limit = 10_000_000) {
    this.#limit = limit;
    this.cache = this.open();
  }

  open(): CoinCache {
    const { memory } = this;
    const store: KeyValueStore = {
      get: (key) => memory.get(key),
      getMany: async (keys) => {
        const values = await memory.getMany(keys);
        await this.onRead?.();
        return values;
      },
      iterate: (range) => memory.iterate(range),
      write: async (batch, options) => {
        if (this.failure !== undefined) throw this.failure;
        this.writes.push({ batch, options });
        await memory.write(batch, options);
        this.onWritten?.();
      },
      snapshot: () => memory.snapshot(),
      sizeOnDisk: () => memory.sizeOnDisk(),
      close: () => memory.close(),
    };
    const entropy = new SeededEntropy('coin cache');
    this.cache = new CoinCache({ store, clock: this.clock, entropy, limit: this.#limit });
    return this.cache;
  }

  create(number: number, coin: Coin): void {
    this.cache.apply({ spent: mapOf(), created: mapOf([number, coin]) });
  }

  spend(number: number, coin: Coin = coinOf(0)): void {
    this.cache.apply({ spent: mapOf([number, coin]), created: mapOf() });
  }

  flush(extra?: WriteBatch): Promise<void> {
    return this.clock.settle(this.cache.flush(TIP, extra));
  }

  async stored(number: number): Promise<Coin | undefined> {
    const bytes = await this.memory.get(coinStoreKey(keyOf(number)));
    return bytes === undefined ? undefined : decodeCoin(bytes);
  }

  async loaded(number: number): Promise<Coin | undefined> {
    return (await this.cache.load([keyOf(number)])).get(keyOf(number));
  }
}

describe('the cache of coins', () => {
  it('answers with what has been applied, and what is in the store once it is loaded', async () => {
    const scene = new Scene();
    scene.create(1, coinOf(10));
    expect(scene.cache.get(keyOf(1))).toEqual(coinOf(10));
    await scene.flush();
    scene.open();
    expect(scene.cache.get(keyOf(1))).toBeUndefined();
    expect(await scene.loaded(1)).toEqual(coinOf(10));
    expect(scene.cache.get(keyOf(1))).toEqual(coinOf(10));
    expect(await scene.loaded(2)).toBeUndefined();
  });

  it('flushes the coins, the tip and whatever else is given in one durable batch', async () => {
    const scene = new Scene();
    scene.create(1, coinOf(10));
    await scene.flush(new WriteBatch().put(Uint8Array.of(1), Uint8Array.of(2)));
    expect(scene.writes).toHaveLength(1);
    expect(scene.writes[0]?.options).toEqual({ durable: true });
    expect(await readBestBlock(scene.memory)).toEqual(TIP);
    expect(await scene.memory.get(Uint8Array.of(1))).toEqual(Uint8Array.of(2));
    expect(await scene.stored(1)).toEqual(coinOf(10));
  });

  it('never writes a coin that came and went between two flushes', async () => {
    const scene = new Scene();
    scene.create(1, coinOf(10));
    scene.spend(1);
    expect(scene.cache.size).toBe(0);
    expect(scene.cache.changedBytes).toBe(0);
    await scene.flush();
    expect(scene.writes[0]?.batch.size).toBe(1);
  });

  it('deletes a coin that is spent after it has been flushed, in memory or not', async () => {
    const scene = new Scene();
    scene.create(1, coinOf(10));
    scene.create(2, coinOf(20));
    await scene.flush();
    scene.spend(1);
    expect(scene.cache.get(keyOf(1))).toBeUndefined();
    expect(await scene.stored(1)).toEqual(coinOf(10));
    await scene.flush();
    expect(await scene.stored(1)).toBeUndefined();
    scene.open();
    scene.spend(2);
    await scene.flush();
    expect(await scene.stored(2)).toBeUndefined();
    expect(scene.cache.size).toBe(0);
  });

  it('knows that a coin is gone before the store does', async () => {
    const scene = new Scene();
    scene.create(1, coinOf(10));
    await scene.flush();
    scene.spend(1);
    expect(await scene.loaded(1)).toBeUndefined();
    scene.create(1, coinOf(11));
    scene.spend(1);
    await scene.flush();
    expect(await scene.stored(1)).toBeUndefined();
  });

  it('does not take a repeated coinbase for a new coin (BIP30)', async () => {
    const scene = new Scene();
    const first = coinOf(10, { height: 91_722, isCoinbase: true });
    const again = coinOf(10, { height: 91_880, isCoinbase: true });
    scene.create(1, first);
    await scene.flush();
    scene.open();
    scene.create(1, again);
    expect(scene.cache.get(keyOf(1))).toEqual(again);
    scene.spend(1);
    await scene.flush();
    expect(await scene.stored(1)).toBeUndefined();
  });

  it('knows what was looked for in vain: a coin created there is new', async () => {
    const scene = new Scene();
    expect(await scene.loaded(1)).toBeUndefined();
    scene.create(1, coinOf(10, { isCoinbase: true }));
    scene.spend(1);
    await scene.flush();
    expect(scene.writes[0]?.batch.size).toBe(1);
  });

  it('takes blocks back as if they had never been', async () => {
    const scene = new Scene();
    scene.create(1, coinOf(10));
    await scene.flush();
    const spent = mapOf([1, coinOf(10)]);
    scene.cache.apply({ spent, created: mapOf([2, coinOf(9)]) });
    scene.cache.apply({
      removed: [keyOf(2)],
      restored: [{ key: keyOf(1), coin: coinOf(10) }],
    });
    expect(scene.cache.get(keyOf(1))).toEqual(coinOf(10));
    expect(scene.cache.get(keyOf(2))).toBeUndefined();
    await scene.flush();
    expect(await scene.stored(1)).toEqual(coinOf(10));
    expect(await scene.stored(2)).toBeUndefined();
  });

  it('refuses a block that spends what is known to be gone', () => {
    const scene = new Scene();
    scene.create(1, coinOf(10, { isCoinbase: true }));
    scene.spend(1);
    expect(() => scene.spend(1)).toThrow('was connected to others');
  });
});

describe('the memory of the cache', () => {
  it('is 300 MiB unless told otherwise, and counted as it is', async () => {
    const scene = new Scene();
    const { memory: store, clock } = scene;
    const entropy = new SeededEntropy('default');
    expect(new CoinCache({ store, clock, entropy }).limit).toBe(DEFAULT_LIMIT);
    const before = scene.cache.bytes;
    for (let i = 0; i < 2_000; i++) scene.create(i, coinOf(i));
    // 36 + 4 + 28 bytes each, in steps of 8.
    expect(scene.cache.bytes - before).toBeGreaterThan(2_000 * 72);
  });

  it('asks for a flush when it is full, and never flushes by itself', async () => {
    const limit = 20 * SEGMENT_BYTES;
    const scene = new Scene(limit);
    let count = 0;
    while (!scene.cache.needsFlush) scene.create(count++, coinOf(1));
    expect(scene.cache.changedBytes).toBeGreaterThan(limit / 4);
    expect(scene.cache.isOverfull).toBe(false);
    for (let i = 0; i < 30_000; i++) scene.create(count++, coinOf(1));
    expect(scene.cache.bytes).toBeGreaterThan(limit);
    expect(scene.cache.isOverfull).toBe(true);
    expect(scene.writes).toHaveLength(0);
    await scene.flush();
    expect(scene.writes).toHaveLength(1);
    expect(scene.cache.bytes).toBeLessThanOrEqual((limit * 7) / 8);
    expect(scene.cache.needsFlush).toBe(false);
    expect(scene.cache.changedBytes).toBe(0);
  });

  it('keeps the youngest coins after a flush', async () => {
    const scene = new Scene(20 * SEGMENT_BYTES);
    for (let i = 0; i < 30_000; i++) scene.create(i, coinOf(i));
    await scene.flush();
    expect(scene.cache.size).toBeGreaterThan(8_000);
    expect(scene.cache.get(keyOf(0))).toBeUndefined();
    expect(scene.cache.get(keyOf(29_999))).toEqual(coinOf(29_999));
    expect(await scene.loaded(0)).toEqual(coinOf(0));
  });

  it('is filled by reading, too, and a flush that has nothing to write makes room', async () => {
    const scene = new Scene(20 * SEGMENT_BYTES);
    for (let i = 0; i < 30_000; i++) scene.create(i, coinOf(i));
    await scene.flush();
    scene.open();
    await scene.cache.load(Array.from({ length: 30_000 }, (_, i) => keyOf(i)));
    expect(scene.cache.changedBytes).toBe(0);
    expect(scene.cache.needsFlush).toBe(true);
    await scene.flush();
    expect(scene.writes.at(-1)?.batch.size).toBe(1);
    expect(scene.cache.needsFlush).toBe(false);
  });
});

describe('a flush', () => {
  it('is of the moment when it was asked for: what comes later belongs to the next', async () => {
    const scene = new Scene();
    for (let i = 0; i < 20_000; i++) scene.create(i, coinOf(i));
    const flushed = scene.cache.flush(TIP);
    const changes = async (): Promise<void> => {
      for (let i = 0; i < 20_000; i++) {
        if (i % 500 === 0) await scene.clock.nextTurn();
        if (i % 2 === 0) scene.spend(i);
        scene.create(20_000 + i, coinOf(i));
      }
    };
    await scene.clock.settle(Promise.all([flushed, changes()]));
    for (let i = 0; i < 20_000; i += 77) {
      expect(await scene.stored(i)).toEqual(coinOf(i));
      expect(await scene.stored(20_000 + i)).toBeUndefined();
      expect(scene.cache.get(keyOf(i))).toEqual(i % 2 === 0 ? undefined : coinOf(i));
    }
    await scene.flush();
    for (let i = 0; i < 20_000; i += 77) {
      expect(await scene.stored(i)).toEqual(i % 2 === 0 ? undefined : coinOf(i));
      expect(await scene.stored(20_000 + i)).toEqual(coinOf(i));
    }
  });

  it('waits for the one before', async () => {
    const scene = new Scene();
    const first = scene.cache.flush(TIP);
    await expect(scene.cache.flush(TIP)).rejects.toThrow(RangeError);
    await scene.clock.settle(first);
    await scene.flush();
  });

  it('that fails leaves the coins as they are, and is the last one', async () => {
    const scene = new Scene(0);
    scene.create(1, coinOf(10));
    scene.failure = new StorageError('full', '/data', 'the disk is full');
    await expect(scene.flush()).rejects.toThrow('the disk is full');
    expect(scene.cache.get(keyOf(1))).toEqual(coinOf(10));
    scene.failure = undefined;
    await expect(scene.flush()).rejects.toThrow(RangeError);
    expect(scene.writes).toHaveLength(0);
  });
});

describe('loading', () => {
  it('reads again what a flush has overtaken', async () => {
    const scene = new Scene(0);
    scene.create(1, coinOf(10));
    await scene.flush();
    expect(scene.cache.size).toBe(0);
    let reads = 0;
    scene.onRead = async () => {
      if (++reads > 1) return;
      // Between the read and its use, the coin is spent, and nothing of that is in memory any more.
      scene.spend(1);
      await scene.cache.flush(TIP);
    };
    expect(await scene.clock.settle(scene.loaded(1))).toBeUndefined();
    expect(reads).toBe(2);
  });

  it('looks again for what a flush has sent away while it read', async () => {
    const scene = new Scene(0);
    scene.create(1, coinOf(10));
    scene.create(2, coinOf(20));
    await scene.flush();
    await scene.loaded(1);
    let flushed = Promise.resolve();
    let reads = 0;
    scene.onRead = async () => {
      if (++reads === 1) await flushed;
    };
    const keys = [keyOf(1), keyOf(2)];
    const both = new Promise<readonly (Coin | undefined)[]>((resolve) => {
      // The flush has written, and begins to make room: the first coin is still there.
      scene.onWritten = () => {
        queueMicrotask(async () => {
          for (let i = 0; i < 20; i++) await Promise.resolve();
          expect(scene.cache.get(keyOf(1))).toEqual(coinOf(10));
          const coins = await scene.cache.load(keys);
          resolve(keys.map((key) => coins.get(key)));
        });
      };
    });
    flushed = scene.cache.flush(TIP);
    expect(await scene.clock.settle(both)).toEqual([coinOf(10), coinOf(20)]);
    expect(reads).toBe(2);
  });

  it('does not answer for a coin that has left the memory since', async () => {
    const scene = new Scene(0);
    scene.create(1, coinOf(10));
    await scene.flush();
    const coins = await scene.cache.load([keyOf(1)]);
    expect(coins.get(keyOf(1))).toEqual(coinOf(10));
    expect(coins.get(keyOf(2))).toBeUndefined();
    await scene.flush();
    expect(() => coins.get(keyOf(1))).toThrow('load it again');
  });

  it('of a damaged coin says so, and what to do', async () => {
    for (const value of ['', 'ff', '000006ff']) {
      const scene = new Scene();
      const bytes = Uint8Array.from(value.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
      await scene.memory.write(new WriteBatch().put(coinStoreKey(keyOf(1)), bytes));
      const error: unknown = await scene.loaded(1).catch((caught) => caught);
      expect(error).toBeInstanceOf(StorageError);
      expect((error as StorageError).code).toBe('corrupt');
      expect((error as StorageError).message).toContain(`${'0'.repeat(56)}01000000:0`);
      expect((error as StorageError).message).toContain('--reindex-chainstate');
    }
  });

  it('of nothing reads nothing', async () => {
    const scene = new Scene();
    scene.onRead = async () => {
      throw new Error('read');
    };
    scene.create(1, coinOf(10));
    await scene.cache.load([]);
    await scene.cache.load([keyOf(1), keyOf(1)]);
    expect(toHex(keyOf(1))).toHaveLength(72);
  });
});
