import { describe, expect, it } from 'vitest';
import { blockOn, genesis, quickRegtest } from '../../../test/fixtures/block-maker.ts';
import { pay, payment } from '../../../test/fixtures/regtest-blocks.ts';
import { sleep } from '../../outside/clock/clock.ts';
import { VirtualClock } from '../../outside/clock/virtual-clock.ts';
import { MemoryDisk } from '../../outside/disk/memory-disk.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { readBestBlock } from '../coins/store-keys.ts';
import { BlockFiles } from '../storage/block-files.ts';
import { MemoryStore } from '../storage/memory-store.ts';
import type { WriteBatch } from '../storage/write-batch.ts';
import { InProcessVerifier } from '../verify/in-process-verifier.ts';
import type { Chain } from './chain.ts';
import type { ChainOptions } from './chain-options.ts';
import { startChain } from './start-chain.ts';

const IDLE_MS = 1000;
const MOST_MS = 60_000;

const MIB = 2 ** 20;
/** A batch takes half of the cache at most, for so small a one. */
const SMALL_CACHE = 2 * MIB;
const MOST_CHANGED = SMALL_CACHE / 2;

interface Story {
  readonly clock: VirtualClock;
  readonly chain: Chain;
  /** The tip that would be there after a loss of power. */
  durable(): Promise<Uint8Array | undefined>;
}

async function begin(
  changes: Pick<ChainOptions, 'dbcacheBytes'> = {},
  makeStore: (clock: VirtualClock) => MemoryStore = () => new MemoryStore(),
): Promise<Story> {
  const clock = new VirtualClock(quickRegtest.genesis.header.time * 1000);
  const disk = new MemoryDisk();
  const stores = { index: new MemoryStore(), coins: makeStore(clock) };
  const opening = startChain(
    {
      params: quickRegtest,
      stores,
      openFiles: (known) => BlockFiles.open(disk, '/blocks', known, { magic: quickRegtest.magic }),
      verifier: new InProcessVerifier(clock),
      ...changes,
    },
    { clock, entropy: new SeededEntropy('a chain that is written some time') },
  );
  return { clock, chain: await clock.settle(opening), durable: () => readBestBlock(stores.coins) };
}

describe('what has changed is written', () => {
  it('when nothing has happened for a second', async () => {
    const { clock, chain, durable } = await begin();
    const one = blockOn(genesis);
    await clock.settle(chain.processBlock(one.raw));
    await clock.advance(IDLE_MS - 1);
    expect(await durable()).not.toEqual(one.hash);
    await clock.advance(IDLE_MS);
    expect(await durable()).toEqual(one.hash);
    await clock.settle(chain.close());
  });

  it('after a minute at the latest, where blocks come one after the other', async () => {
    const { clock, chain, durable } = await begin();
    let last = genesis;
    const step = IDLE_MS / 2;
    let passed = 0;
    for (; (await durable()) === undefined && passed < 2 * MOST_MS; passed += step) {
      last = blockOn(last);
      await clock.settle(chain.processBlock(last.raw));
      await clock.advance(step);
    }
    expect(passed).toBeGreaterThan(MOST_MS / 2);
    expect(passed).toBeLessThan(MOST_MS + 4 * IDLE_MS);
    await clock.settle(chain.close());
    expect(await durable()).toEqual(last.hash);
  });

  it('at once when somebody asks, who hears when it is done', async () => {
    const { clock, chain, durable } = await begin();
    const heard: number[] = [];
    chain.on((event) => {
      if (event.kind === 'flushed') heard.push(event.node.height);
    });
    const one = blockOn(genesis);
    await clock.settle(chain.processBlock(one.raw));
    await clock.settle(chain.flush());
    expect(await durable()).toEqual(one.hash);
    expect(heard).toEqual([1]);
    await clock.settle(chain.close());
  });
});

describe('where the disk is slower than the blocks', () => {
  const BLOCKS = 100;
  const COINS_A_BLOCK = 500;
  const COIN_KEY_SIZE = 36;
  /** As long as most, and of none of the forms that are written in fewer bytes. */
  const SCRIPT = new Uint8Array(34).fill(0x51);

  /** Takes a minute for everything. */
  class SlowStore extends MemoryStore {
    readonly sizes: number[] = [];
    readonly #clock: VirtualClock;

    constructor(clock: VirtualClock) {
      super();
      this.#clock = clock;
    }

    override async write(batch: WriteBatch): Promise<void> {
      this.sizes.push(batch.bytes);
      await sleep(this.#clock, 60_000);
      await super.write(batch);
    }
  }

  it('blocks wait, so that what is written at once stays in bounds', async () => {
    const stores: SlowStore[] = [];
    const story = await begin({ dbcacheBytes: SMALL_CACHE }, (clock) => {
      const store = new SlowStore(clock);
      stores.push(store);
      return store;
    });
    const { clock, chain } = story;
    let last = blockOn(genesis);
    await clock.settle(chain.processBlock(last.raw));
    for (let i = 0; i < BLOCKS; i++) {
      const outputs = Array.from({ length: COINS_A_BLOCK }, () => pay(1n, SCRIPT));
      last = blockOn(last, { transactions: [payment([last.coinbase], outputs)] });
      await clock.settle(chain.processBlock(last.raw));
    }
    await clock.settle(chain.close());
    const sizes = stores[0]?.sizes ?? [];
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(3 * MOST_CHANGED);
    const aBlock = COINS_A_BLOCK * (COIN_KEY_SIZE + SCRIPT.length + 8);
    expect(Math.max(...sizes)).toBeLessThan(MOST_CHANGED + 2 * aBlock);
    expect(await story.durable()).toEqual(last.hash);
  });
});
