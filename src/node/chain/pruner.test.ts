import { beforeAll, describe, expect, it } from 'vitest';
import {
  blocksOn,
  genesis,
  type MadeBlock,
  quickRegtest,
} from '../../../test/fixtures/block-maker.ts';
import { SystemClock } from '../../outside/clock/system-clock.ts';
import { MemoryDisk } from '../../outside/disk/memory-disk.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { BlockFiles } from '../storage/block-files.ts';
import { MemoryStores } from '../storage/memory-stores.ts';
import { InProcessVerifier } from '../verify/in-process-verifier.ts';
import type { Chain } from './chain.ts';
import type { PruneOptions } from './chain-options.ts';
import { startChain } from './start-chain.ts';

/** Of the room that is allowed, what is kept free for the next step of growth. */
const NEXT_STEP = 17 * 1024 * 1024;
const KEPT = 288;
const FILE_BYTES = 15_000;
const LENGTH = 700;

const clock = new SystemClock();

class Place {
  readonly disk = new MemoryDisk();
  readonly stores = new MemoryStores();

  async open(prune?: PruneOptions): Promise<Chain> {
    const index = await this.stores.open('/index');
    const coins = await this.stores.open('/coins');
    return startChain(
      {
        params: quickRegtest,
        stores: { index, coins },
        openFiles: (known) =>
          BlockFiles.open(this.disk, '/blocks', known, {
            magic: quickRegtest.magic,
            maxFileBytes: FILE_BYTES,
            blockChunkBytes: 0,
            undoChunkBytes: 0,
          }),
        verifier: new InProcessVerifier(clock),
        prune,
      },
      { clock, entropy: new SeededEntropy('a pruned chain') },
    );
  }

  async files(): Promise<readonly string[]> {
    return (await this.disk.list('/blocks')).map(({ name }) => name);
  }
}

/** The lowest block that is stored, all above it being stored too. */
function lowestStored(chain: Chain): number {
  let node = chain.tip;
  while (node.parent?.isStored) node = node.parent;
  return node.height;
}

let blocks: readonly MadeBlock[];

beforeAll(() => {
  blocks = blocksOn(genesis, LENGTH);
});

async function offerAll(chain: Chain): Promise<void> {
  await Promise.all(blocks.map(({ raw }) => chain.processBlock(raw)));
  expect(chain.tip.height).toBe(LENGTH);
}

describe('pruning', () => {
  it('removes the oldest files by itself, but for the last 288 blocks', async () => {
    const place = new Place();
    const chain = await place.open({ targetBytes: NEXT_STEP + 2 * FILE_BYTES });
    await offerAll(chain);
    await chain.flush();
    const lowest = lowestStored(chain);
    expect(lowest).toBeGreaterThan(1);
    expect(lowest).toBeLessThanOrEqual(LENGTH - KEPT);
    expect(await place.files()).not.toContain('blk00000.dat');
    expect(await place.files()).not.toContain('rev00000.dat');
    const old = chain.blockAt(1);
    if (old === undefined) throw new Error('the chain has no block 1');
    await expect(chain.readBlock(old)).rejects.toMatchObject({ code: 'no-block' });
    await expect(chain.invalidateBlock(old.hash)).rejects.toMatchObject({ code: 'no-block' });
    expect((await chain.verify({ level: 4, blocks: 0 })).checked).toBe(LENGTH - lowest + 1);
    await chain.close();
  });

  it('leaves a chain that opens again, and can take back what is kept', async () => {
    const place = new Place();
    const first = await place.open({ targetBytes: NEXT_STEP });
    await offerAll(first);
    await first.close();
    const stores = place.stores;
    stores.crash(new SeededEntropy('closed without a word'));
    const chain = await place.open({ targetBytes: NEXT_STEP });
    expect(chain.tip.height).toBe(LENGTH);
    const kept = chain.blockAt(LENGTH - KEPT + 1);
    if (kept === undefined) throw new Error('the chain is too short');
    await chain.invalidateBlock(kept.hash);
    expect(chain.tip.height).toBe(LENGTH - KEPT);
    await chain.reconsiderBlock(kept.hash);
    expect(chain.tip.height).toBe(LENGTH);
    await chain.close();
  });

  it('waits for those who still need blocks', async () => {
    const chain = await new Place().open({ targetBytes: NEXT_STEP });
    let seen = 0;
    const release = chain.holdPruning(() => seen);
    await offerAll(chain);
    await chain.pruneTo(LENGTH);
    expect(lowestStored(chain)).toBe(0);
    seen = 250;
    await chain.pruneTo(LENGTH);
    expect(lowestStored(chain)).toBeGreaterThan(0);
    expect(lowestStored(chain)).toBeLessThanOrEqual(251);
    release();
    await chain.pruneTo(LENGTH);
    expect(lowestStored(chain)).toBeGreaterThan(251);
    await chain.close();
  });

  it('removes nothing by itself where it is done by hand, and nothing at all elsewhere', async () => {
    const byHand = await new Place().open({});
    await offerAll(byHand);
    await byHand.flush();
    expect(lowestStored(byHand)).toBe(0);
    await byHand.pruneTo(200);
    expect(lowestStored(byHand)).toBeGreaterThan(50);
    expect(lowestStored(byHand)).toBeLessThanOrEqual(201);
    await byHand.close();
    const keeping = await new Place().open();
    expect(keeping.isPruning).toBe(false);
    await expect(keeping.pruneTo(1)).rejects.toMatchObject({ code: 'no-prune' });
    await keeping.close();
  });

  it('takes a pruned block again when it is asked for', async () => {
    const chain = await new Place().open({});
    await offerAll(chain);
    await chain.pruneTo(LENGTH);
    const [one] = blocks as [MadeBlock];
    expect(chain.lookup(one.hash)?.isStored).toBe(false);
    expect((await chain.processBlock(one.raw, { requested: false })).kind).toBe('unwanted');
    expect((await chain.processBlock(one.raw)).kind).toBe('connected');
    const node = chain.lookup(one.hash);
    expect(node && (await chain.readRaw(node))).toEqual(one.raw);
    await chain.close();
  });
});
