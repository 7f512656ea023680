import { describe, expect, it } from 'vitest';
import { blockOn, genesis, quickRegtest } from '../../../test/fixtures/block-maker.ts';
import { VirtualClock } from '../../outside/clock/virtual-clock.ts';
import { MemoryDisk } from '../../outside/disk/memory-disk.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { readBestBlock } from '../coins/store-keys.ts';
import { BlockFiles } from '../storage/block-files.ts';
import { MemoryStore } from '../storage/memory-store.ts';
import { InProcessVerifier } from '../verify/in-process-verifier.ts';
import type { Chain } from './chain.ts';
import { startChain } from './start-chain.ts';

const IDLE_MS = 1000;
const MOST_MS = 60_000;

interface Story {
  readonly clock: VirtualClock;
  readonly chain: Chain;
  /** The tip that would be there after a loss of power. */
  durable(): Promise<Uint8Array | undefined>;
}

async function begin(): Promise<Story> {
  const clock = new VirtualClock(quickRegtest.genesis.header.time * 1000);
  const disk = new MemoryDisk();
  const stores = { index: new MemoryStore(), coins: new MemoryStore() };
  const opening = startChain(
    {
      params: quickRegtest,
      stores,
      openFiles: (known) => BlockFiles.open(disk, '/blocks', known, { magic: quickRegtest.magic }),
      verifier: new InProcessVerifier(clock),
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
