import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../outside/clock/virtual-clock.ts';
import type { DiskError } from '../../outside/disk/disk-error.ts';
import { MemoryDisk } from '../../outside/disk/memory-disk.ts';
import { readFile, writeFile } from '../../outside/disk/whole-file.ts';
import { concatBytes } from '../../protocol/bytes/concat.ts';
import { fromHex, toHex } from '../../protocol/bytes/hex.ts';
import { Writer } from '../../protocol/bytes/writer.ts';
import { type Coin, coinKey } from '../../protocol/consensus/coin.ts';
import type { BlockHash, Txid } from '../../protocol/primitives/hashes.ts';
import { MemoryStore } from '../storage/memory-store.ts';
import { WriteBatch } from '../storage/write-batch.ts';
import { coinCodec, encodeCoin } from './coin-codec.ts';
import { dumpTxOutSet } from './dump-txoutset.ts';
import { loadTxOutSet, readTxOutSetHeader } from './load-txoutset.ts';
import { BEST_BLOCK_KEY, coinStoreKey, readBestBlock } from './store-keys.ts';
import { TxOutSetError } from './txoutset-file.ts';
import { type UtxoStatistics, utxoStatistics } from './utxo-set.ts';

const MAGIC = Uint8Array.of(0xfa, 0xbf, 0xb5, 0xda);
const TIP = new Uint8Array(32).fill(7) as BlockHash;
const BASE_HEIGHT = 200;
const PATH = '/data/utxo.dat';
/** File magic, version, network magic, block, count. */
const HEADER_SIZE = 5 + 2 + 4 + 32 + 8;
const COUNT_OFFSET = HEADER_SIZE - 8;

type Entry = readonly [txid: number, vout: number, coin: Coin];

function coinOf(value: bigint, script = '51', height = 100): Coin {
  return { output: { value, scriptPubKey: fromHex(script) }, height, isCoinbase: false };
}

const txidOf = (number: number): Txid => new Uint8Array(32).fill(number) as Txid;

async function storeOf(entries: readonly Entry[], tip: BlockHash | undefined = TIP) {
  const store = new MemoryStore();
  const batch = new WriteBatch();
  if (tip !== undefined) batch.put(BEST_BLOCK_KEY, tip);
  for (const [number, vout, coin] of entries) {
    batch.put(coinStoreKey(coinKey({ txid: txidOf(number), vout })), encodeCoin(coin));
  }
  await store.write(batch);
  return store;
}

class Scene {
  readonly clock = new VirtualClock();
  readonly disk = new MemoryDisk();

  static async make(): Promise<Scene> {
    const scene = new Scene();
    await scene.disk.makeFolder('/data');
    return scene;
  }

  dump(store: MemoryStore): Promise<UtxoStatistics> {
    const { clock, disk } = this;
    const options = { snapshot: store.snapshot(), disk, path: PATH, networkMagic: MAGIC, clock };
    return clock.settle(dumpTxOutSet(options));
  }

  load(store = new MemoryStore(), expectedHash?: Uint8Array): Promise<UtxoStatistics> {
    const { clock, disk } = this;
    const options = {
      disk,
      path: PATH,
      networkMagic: MAGIC,
      store,
      clock,
      baseHeight: BASE_HEIGHT,
    };
    return clock.settle(
      loadTxOutSet(expectedHash === undefined ? options : { ...options, expectedHash }),
    );
  }

  async bytes(): Promise<Uint8Array> {
    return readFile(this.disk, PATH);
  }

  async loadBytes(bytes: Uint8Array, store = new MemoryStore()): Promise<UtxoStatistics> {
    await writeFile(this.disk, PATH, bytes);
    return this.load(store);
  }

  /** What loading these bytes is refused with. */
  async refusal(bytes: Uint8Array): Promise<readonly [code: string, message: string]> {
    const store = new MemoryStore();
    const error: unknown = await this.loadBytes(bytes, store).catch((caught) => caught);
    expect(error).toBeInstanceOf(TxOutSetError);
    // Whoever finds such a store knows that it is to be thrown away.
    expect(await readBestBlock(store)).toBeUndefined();
    return [(error as TxOutSetError).code, (error as TxOutSetError).message];
  }
}

/** A snapshot with its coins spelt out, and whatever is wrong with it. */
function fileOf(count: number, ...parts: readonly (string | Uint8Array)[]): Uint8Array {
  const writer = new Writer();
  writer.bytes(fromHex('7574786fff0200'));
  writer.bytes(MAGIC);
  writer.bytes(TIP);
  writer.u64(BigInt(count));
  for (const part of parts) writer.bytes(typeof part === 'string' ? fromHex(part) : part);
  return writer.finish().slice();
}

const ONE_COIN = concatBytes(Uint8Array.of(0), encodeCoin(coinOf(1n)));

describe('a UTXO snapshot', () => {
  it('is a header, and for each transaction its id, a count, and its coins', async () => {
    const scene = await Scene.make();
    const store = await storeOf([
      [2, 300, coinOf(5_000_000_000n)],
      [1, 0, coinOf(1n)],
      [1, 2, coinOf(2n)],
    ]);
    const { txouts, transactions, bestBlock } = await scene.dump(store);
    expect({ txouts, transactions, bestBlock }).toEqual({
      txouts: 3,
      transactions: 2,
      bestBlock: TIP,
    });
    const wanted = fileOf(
      3,
      txidOf(1),
      '02',
      '00',
      encodeCoin(coinOf(1n)),
      '02',
      encodeCoin(coinOf(2n)),
      txidOf(2),
      '01',
      'fd2c01',
      encodeCoin(coinOf(5_000_000_000n)),
    );
    expect(toHex(await scene.bytes())).toBe(toHex(wanted));
  });

  it('keeps the order of the database where it is not that of the outputs, unlike the hash', async () => {
    const entries: readonly Entry[] = [
      [1, 16_511, coinOf(1n)],
      [1, 16_512, coinOf(2n)],
    ];
    const scene = await Scene.make();
    await scene.dump(await storeOf(entries));
    const group = (await scene.bytes()).subarray(HEADER_SIZE + 33);
    expect(toHex(group.subarray(0, 3))).toBe('fd8040');

    // Two outputs in either order: the hash is of the lower number first.
    const { hash } = await scene.load();
    const swapped = concatBytes(
      (await scene.bytes()).subarray(0, HEADER_SIZE + 33),
      fromHex('fd7f40'),
      encodeCoin(coinOf(1n)),
      fromHex('fd8040'),
      encodeCoin(coinOf(2n)),
    );
    expect((await scene.loadBytes(swapped)).hash).toEqual(hash);
  });

  const entry = fc.tuple(
    fc.nat(255),
    fc.nat(20_000),
    fc.record({
      output: fc.record({
        value: fc.bigInt({ min: 0n, max: 2_100_000_000_000_000n }),
        scriptPubKey: fc.uint8Array({ maxLength: 40 }),
      }),
      height: fc.nat(BASE_HEIGHT),
      isCoinbase: fc.boolean(),
    }),
  );
  const entries = fc.uniqueArray(entry, {
    maxLength: 60,
    selector: ([txid, vout]) => `${txid} ${vout}`,
  });

  it('is loaded as it was dumped', async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (coins) => {
        const scene = await Scene.make();
        const from = await storeOf(coins);
        const dumped = await scene.dump(from);
        expect(dumped.txouts).toBe(coins.length);
        const to = new MemoryStore();
        expect(await scene.load(to, dumped.hash)).toEqual(dumped);
        const { clock } = scene;
        const direct = clock.settle(utxoStatistics(to.snapshot(), 'hash_serialized_3', { clock }));
        expect(await direct).toEqual(dumped);
      }),
      { numRuns: 60 },
    );
  });

  it('of many coins is read in pieces, and tells how far it is', async () => {
    const scene = await Scene.make();
    const script = '51'.repeat(500);
    const coins = Array.from(
      { length: 5_000 },
      (_, i): Entry => [i % 256, Math.floor(i / 256), coinOf(BigInt(i), script)],
    );
    const from = await storeOf(coins);
    const { clock, disk } = scene;
    const file = { disk, path: PATH, networkMagic: MAGIC, clock };
    const dumpProgress: number[] = [];
    const onDump = (done: number): number => dumpProgress.push(done);
    const snapshot = from.snapshot();
    const dumped = await clock.settle(dumpTxOutSet({ ...file, snapshot, onProgress: onDump }));
    expect((await scene.bytes()).length).toBeGreaterThan(2 * 2 ** 20);
    const loadProgress: number[] = [];
    const onProgress = (done: number): number => loadProgress.push(done);
    const store = new MemoryStore();
    const options = { ...file, store, baseHeight: BASE_HEIGHT, onProgress };
    expect(await clock.settle(loadTxOutSet(options))).toEqual(dumped);
    for (const progress of [dumpProgress, loadProgress]) {
      expect(progress.length).toBeGreaterThan(2);
      expect(progress).toEqual([...progress].sort((a, b) => a - b));
      expect(progress.at(-1)).toBe(1);
    }
  });
});

describe('dumping', () => {
  it('replaces no file', async () => {
    const scene = await Scene.make();
    await writeFile(scene.disk, PATH, Uint8Array.of(1));
    await expect(scene.dump(await storeOf([]))).rejects.toThrow('already exists');
    expect(await scene.bytes()).toEqual(Uint8Array.of(1));
  });

  it('leaves nothing behind where it fails', async () => {
    const clock = new VirtualClock();
    const disk = new MemoryDisk({ capacity: 3_000 });
    await disk.makeFolder('/data');
    const coins = Array.from({ length: 50 }, (_, i): Entry => [i, 0, coinOf(1n, '51'.repeat(90))]);
    const snapshot = (await storeOf(coins)).snapshot();
    const options = { snapshot, disk, path: PATH, networkMagic: MAGIC, clock };
    const error: unknown = await clock.settle(dumpTxOutSet(options)).catch((caught) => caught);
    expect((error as DiskError).code).toBe('full');
    expect(await disk.list('/data')).toEqual([]);
  });

  it('needs a store that says which block its coins are of', async () => {
    const scene = await Scene.make();
    const store = new MemoryStore();
    await expect(scene.dump(store)).rejects.toThrow('which block');
  });
});

describe('loading refuses', () => {
  it('what is no snapshot, or none of this version or chain', async () => {
    const scene = await Scene.make();
    const good = fileOf(1, txidOf(1), '01', ONE_COIN);
    expect((await scene.loadBytes(good)).txouts).toBe(1);
    const changed = (at: number): Uint8Array => {
      const bytes = good.slice();
      bytes[at] = (bytes[at] as number) ^ 1;
      return bytes;
    };
    expect(await scene.refusal(changed(0))).toEqual([
      'not-a-snapshot',
      'Invalid UTXO set snapshot magic bytes. Please check if this is indeed a snapshot file or if you are using an outdated snapshot format.',
    ]);
    expect(await scene.refusal(changed(5))).toEqual([
      'unsupported-version',
      'Version of snapshot 3 does not match any of the supported versions.',
    ]);
    expect((await scene.refusal(changed(7)))[0]).toBe('wrong-network');
    expect((await scene.refusal(good.subarray(0, 20)))[0]).toBe('truncated');
    expect((await scene.refusal(new Uint8Array(0)))[0]).toBe('truncated');
    await expect(readTxOutSetHeader(scene.disk, PATH, MAGIC)).rejects.toThrow(TxOutSetError);
  });

  it('fewer or more coins than it was promised', async () => {
    const scene = await Scene.make();
    const group = (number: number): Uint8Array =>
      concatBytes(txidOf(number), Uint8Array.of(1), ONE_COIN);
    expect(await scene.refusal(fileOf(3, group(1), group(2)))).toEqual([
      'truncated',
      'Bad snapshot format or truncated snapshot after deserializing 2 coins.',
    ]);
    expect(await scene.refusal(fileOf(1, group(1), group(2)))).toEqual([
      'left-over',
      'Bad snapshot - coins left over after deserializing 1 coins.',
    ]);
    expect(await scene.refusal(fileOf(1, txidOf(1), '02', ONE_COIN, ONE_COIN))).toEqual([
      'count-mismatch',
      'Mismatch in coins count in snapshot metadata and actual snapshot data',
    ]);
    const huge = fileOf(1, group(1));
    huge.fill(0xff, COUNT_OFFSET, HEADER_SIZE);
    expect((await scene.refusal(huge))[0]).toBe('truncated');
  });

  it('coins that come twice', async () => {
    const scene = await Scene.make();
    const twice = fileOf(2, txidOf(1), '01', ONE_COIN, txidOf(1), '01', ONE_COIN);
    expect((await scene.refusal(twice))[0]).toBe('wrong-content');
  });

  it('coins that cannot be', async () => {
    const scene = await Scene.make();
    const withCoin = (coin: Coin): Uint8Array => {
      const writer = new Writer();
      coinCodec.write(writer, coin);
      return fileOf(1, txidOf(1), '0100', writer.finish());
    };
    expect(await scene.refusal(withCoin(coinOf(1n, '51', BASE_HEIGHT + 1)))).toEqual([
      'bad-coin',
      'Bad snapshot data after deserializing 0 coins',
    ]);
    expect(await scene.refusal(withCoin(coinOf(2_100_000_000_000_001n)))).toEqual([
      'bad-coin',
      'Bad snapshot data after deserializing 0 coins - bad tx out value',
    ]);
    const offCurve = fileOf(1, txidOf(1), '0100', '0204', `04${'00'.repeat(31)}05`);
    expect((await scene.refusal(offCurve))[0]).toBe('bad-coin');
    const vout = fileOf(1, txidOf(1), '01feffffffff', encodeCoin(coinOf(1n)));
    expect((await scene.refusal(vout))[0]).toBe('bad-coin');
  });

  it('other coins than those of the hash', async () => {
    const scene = await Scene.make();
    await scene.dump(await storeOf([[1, 0, coinOf(1n)]]));
    const error = scene.load(new MemoryStore(), new Uint8Array(32));
    await expect(error).rejects.toThrow(`Bad snapshot content hash: expected ${'0'.repeat(64)}`);
  });

  it('to mix with coins that are there', async () => {
    const scene = await Scene.make();
    await scene.dump(await storeOf([[1, 0, coinOf(1n)]]));
    await expect(scene.load(await storeOf([]))).rejects.toThrow('empty');
    await expect(scene.load(await storeOf([[2, 0, coinOf(1n)]], undefined))).rejects.toThrow();
  });

  it('whatever is wrong, with an error of its own, and loads what it accepts the same again', async () => {
    const scene = await Scene.make();
    const from = await storeOf([
      [1, 0, coinOf(1n)],
      [1, 200, coinOf(5_000_000n, `76a914${'11'.repeat(20)}88ac`)],
      [2, 20_000, coinOf(7n, `5120${'22'.repeat(32)}`)],
    ]);
    await scene.dump(from);
    const good = await scene.bytes();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(good.length - 1),
        fc.nat(7),
        fc.option(fc.nat(good.length), { nil: undefined, freq: 3 }),
        async (at, bit, end) => {
          const bytes = good.slice(0, end);
          if (at < bytes.length) bytes[at] = (bytes[at] as number) ^ (1 << bit);
          const found = await scene.loadBytes(bytes).catch((error: unknown) => {
            expect(error).toBeInstanceOf(TxOutSetError);
            return undefined;
          });
          if (found !== undefined) expect(found.txouts).toBe(3);
        },
      ),
      { numRuns: 500 },
    );
  });
});
