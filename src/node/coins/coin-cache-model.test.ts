/** Whatever happens to the coins, the cache over any store answers as a plain map does. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../outside/clock/clock.ts';
import { SystemClock } from '../../outside/clock/system-clock.ts';
import { VirtualClock } from '../../outside/clock/virtual-clock.ts';
import { SystemDisk } from '../../outside/disk/system-disk.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { ByteMap } from '../../protocol/bytes/byte-map.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import { type Coin, type CoinKey, coinKey } from '../../protocol/consensus/coin.ts';
import { sha256 } from '../../protocol/crypto/hash.ts';
import type { BlockHash, Txid } from '../../protocol/primitives/hashes.ts';
import type { KeyValueStore } from '../storage/key-value-store.ts';
import { openLevelStore } from '../storage/level-store.ts';
import { MemoryStores } from '../storage/memory-stores.ts';
import { CoinCache } from './coin-cache.ts';
import { encodeCoin } from './coin-codec.ts';
import { readBestBlock } from './store-keys.ts';
import { utxoGroups } from './utxo-groups.ts';

const KEYS: readonly CoinKey[] = Array.from({ length: 40 }, (_, i) =>
  coinKey({ txid: new Uint8Array(32).fill(i % 25) as Txid, vout: i }),
);

type Coins = ReadonlyMap<CoinKey, Coin>;

/** What a block does, by chance, to those of the keys that it names. */
interface BlockPlan {
  readonly spends: readonly number[];
  readonly creates: readonly number[];
  readonly scriptSize: number;
  readonly isCoinbase: boolean;
}

type Step =
  | { readonly kind: 'connect'; readonly plan: BlockPlan }
  | { readonly kind: 'disconnect' }
  | { readonly kind: 'flush'; readonly meanwhile: readonly Step[] }
  | { readonly kind: 'load'; readonly keys: readonly number[] }
  /** Loses what has not been flushed. */
  | { readonly kind: 'reopen' };

const someKeys = (maxLength: number): fc.Arbitrary<readonly number[]> =>
  fc.uniqueArray(fc.nat(KEYS.length - 1), { maxLength });

const connect = fc.record({
  kind: fc.constant('connect' as const),
  plan: fc.record({
    spends: someKeys(8),
    creates: someKeys(12),
    // Nine of the largest fill a segment of the cache.
    scriptSize: fc.constantFrom(0, 22, 34, 300, 3_000, 7_000),
    isCoinbase: fc.boolean(),
  }),
});
const disconnect = fc.record({ kind: fc.constant('disconnect' as const) });
const load = fc.record({ kind: fc.constant('load' as const), keys: someKeys(12) });
const change = fc.oneof({ weight: 5, arbitrary: connect }, { weight: 2, arbitrary: disconnect });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 9, arbitrary: change },
  { weight: 3, arbitrary: load },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('flush' as const),
      meanwhile: fc.array(fc.oneof(change, load), { maxLength: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
);

interface Undo {
  readonly removed: readonly CoinKey[];
  readonly restored: readonly { readonly key: CoinKey; readonly coin: Coin }[];
}

/** The cache, and beside it what it should hold and what should be on the disk. */
class Trial {
  readonly #open: () => Promise<KeyValueStore>;
  readonly #clock: Clock;
  readonly #limit: number;
  #store: KeyValueStore | undefined;
  #cache: CoinCache | undefined;
  #coins: Coins = new Map();
  #flushed: Coins = new Map();
  #undo: readonly Undo[] = [];
  #flushedUndo: readonly Undo[] = [];
  #tip = new Uint8Array(32) as BlockHash;
  #height = 0;

  constructor(open: () => Promise<KeyValueStore>, clock: Clock, limit: number) {
    this.#open = open;
    this.#clock = clock;
    this.#limit = limit;
  }

  async run(steps: readonly Step[]): Promise<void> {
    await this.#reopen();
    for (const next of steps) await this.#take(next);
    await this.#flush([]);
    await this.#checkStore();
    await this.#reopen();
    await this.#load(KEYS.map((_, i) => i));
    await this.#store?.close();
  }

  async #take(next: Step): Promise<void> {
    if (next.kind === 'connect') this.#connect(next.plan);
    else if (next.kind === 'disconnect') this.#disconnect();
    else if (next.kind === 'load') await this.#load(next.keys);
    else if (next.kind === 'flush') await this.#flush(next.meanwhile);
    else await this.#reopen();
  }

  #connect({ spends, creates, scriptSize, isCoinbase }: BlockPlan): void {
    this.#height++;
    const coins = new Map(this.#coins);
    const spent = new ByteMap<Coin>();
    const created = new ByteMap<Coin>();
    for (const key of spends.map((i) => KEYS[i] as CoinKey)) {
      const coin = coins.get(key);
      if (coin === undefined) continue;
      spent.set(key, coin);
      coins.delete(key);
    }
    for (const key of creates.map((i) => KEYS[i] as CoinKey)) {
      // Only a coinbase could ever be repeated while it was not spent.
      if (coins.has(key) && !isCoinbase) continue;
      const scriptPubKey = new Uint8Array(scriptSize).fill(this.#height);
      const coin = { output: { value: 7n, scriptPubKey }, height: this.#height, isCoinbase };
      created.set(key, coin);
      coins.set(key, coin);
    }
    this.#cache?.apply({ spent, created });
    const restored = [...spent].map(([key, coin]) => ({ key, coin }));
    this.#undo = [...this.#undo, { removed: [...created.keys()], restored }];
    this.#coins = coins;
  }

  /** A coin that a repeated coinbase replaced is lost, as it was in Bitcoin. */
  #disconnect(): void {
    const undo = this.#undo.at(-1);
    if (undo === undefined) return;
    const coins = new Map(this.#coins);
    for (const key of undo.removed) coins.delete(key);
    for (const { key, coin } of undo.restored) coins.set(key, coin);
    this.#cache?.apply(undo);
    this.#undo = this.#undo.slice(0, -1);
    this.#coins = coins;
  }

  async #load(numbers: readonly number[]): Promise<void> {
    const keys = numbers.map((i) => KEYS[i] as CoinKey);
    const loaded = await this.#cache?.load(keys);
    for (const key of keys) {
      const wanted = digestOf(this.#coins.get(key));
      expect(digestOf(loaded?.get(key))).toBe(wanted);
      expect(digestOf(this.#cache?.get(key))).toBe(wanted);
    }
  }

  async #flush(meanwhile: readonly Step[]): Promise<void> {
    this.#tip = new Uint8Array(32).fill(this.#height) as BlockHash;
    this.#flushed = this.#coins;
    this.#flushedUndo = this.#undo;
    const flushed = this.#cache?.flush(this.#tip);
    for (const next of meanwhile) {
      await this.#take(next);
      await this.#clock.nextTurn();
    }
    await flushed;
    expect(this.#cache?.bytes).toBeGreaterThan(0);
  }

  async #reopen(): Promise<void> {
    await this.#store?.close();
    this.#store = await this.#open();
    const entropy = new SeededEntropy('trial');
    const [store, clock, limit] = [this.#store, this.#clock, this.#limit];
    this.#cache = new CoinCache({ store, clock, entropy, limit });
    this.#coins = this.#flushed;
    this.#undo = this.#flushedUndo;
  }

  async #checkStore(): Promise<void> {
    const store = this.#store as KeyValueStore;
    const found: [string, string][] = [];
    for await (const { txid, coins } of utxoGroups(store)) {
      for (const { vout, coin } of coins) {
        found.push([toHex(coinKey({ txid, vout })), digestOf(coin)]);
      }
    }
    const wanted = [...this.#coins].map(([key, coin]): [string, string] => [
      toHex(key),
      digestOf(coin),
    ]);
    expect(new Map(found)).toEqual(new Map(wanted));
    expect(await readBestBlock(store)).toEqual(this.#tip);
  }
}

/** Large scripts are slow to compare one with another, and to print. */
function digestOf(coin: Coin | undefined): string {
  return coin === undefined ? 'none' : toHex(sha256(encodeCoin(coin)));
}

const steps = fc.array(step, { maxLength: 40 });
/** Nothing stays; some segments; everything. */
const limit = fc.constantFrom(0, 300_000, 10_000_000);

describe('the cache of coins, against a plain map', () => {
  it('is right over a store in memory', async () => {
    await fc.assert(
      fc.asyncProperty(steps, limit, async (plan, bytes) => {
        const clock = new VirtualClock();
        const stores = new MemoryStores({ clock });
        const trial = new Trial(() => stores.open('/chainstate'), clock, bytes);
        await clock.settle(trial.run(plan));
      }),
      { numRuns: 400 },
    );
  });

  it('is right over LevelDB', async () => {
    const clock = new SystemClock();
    const disk = new SystemDisk();
    const root = await mkdtemp(join(tmpdir(), 'blockyard-coins-'));
    let runs = 0;
    try {
      await fc.assert(
        fc.asyncProperty(steps, limit, async (plan, bytes) => {
          const folder = join(root, String(runs++));
          await new Trial(() => openLevelStore(folder, { disk, clock }), clock, bytes).run(plan);
        }),
        { numRuns: 25 },
      );
    } finally {
      await rm(root, { recursive: true });
    }
  });
});
