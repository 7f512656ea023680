import { describe, expect, it } from 'vitest';
import { blocksOn, genesis, quickRegtest } from '../../test/fixtures/block-maker.ts';
import { SystemClock } from '../outside/clock/system-clock.ts';
import { MemoryDisk } from '../outside/disk/memory-disk.ts';
import { SeededEntropy } from '../outside/entropy/seeded-entropy.ts';
import { LocalThreads } from '../outside/threads/local-threads.ts';
import { regtest } from '../protocol/params/regtest.ts';
import { openChain } from './open-chain.ts';
import { MemoryStores } from './storage/memory-stores.ts';

const clock = new SystemClock();
const stores = new MemoryStores();
const outside = {
  clock,
  disk: new MemoryDisk(),
  entropy: new SeededEntropy('a chain that is opened'),
  openStore: stores.open,
  threads: new LocalThreads(clock),
};

describe('opening a chain', () => {
  it('gives an empty one in memory, which leaves nothing behind', async () => {
    const { chain, folder, close, sizeOnDisk } = await openChain({ params: regtest }, outside);
    expect(folder).toBeUndefined();
    expect(chain.tip).toBe(chain.genesis);
    await chain.flush();
    // A frame's header, and the genesis block: what Core answers for `size_on_disk` of an empty chain.
    expect((await sizeOnDisk()).blocks).toBe(8 + 285);
    await close();
    expect(await outside.disk.list('/')).toEqual([]);
  });

  it('finds what was left in a data folder, in the folder of the chain', async () => {
    const options = { params: quickRegtest, dataFolder: '/data' };
    const first = await openChain(options, outside);
    expect(first.folder).toBe('/data/regtest');
    for (const { raw } of blocksOn(genesis, 5)) await first.chain.processBlock(raw);
    await expect(openChain(options, outside)).rejects.toMatchObject({ code: 'locked' });
    await first.close();
    const again = await openChain(options, outside);
    expect(again.chain.tip.height).toBe(5);
    await again.close();
  });

  it('refuses to prune to less than what a reorganisation needs', async () => {
    for (const prune of [-1, 2, 549]) {
      await expect(openChain({ params: regtest, prune }, outside)).rejects.toMatchObject({
        code: 'bad-option',
        message: `prune is ${prune}; allowed are 0 (keep all), 1 (prune by hand), or at least 550 MiB`,
      });
    }
    for (const prune of [0, 1, 550]) {
      const { chain, close } = await openChain({ params: regtest, prune }, outside);
      expect(chain.isPruning).toBe(prune > 0);
      await close();
    }
  });
});
