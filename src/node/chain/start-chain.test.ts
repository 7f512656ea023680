import { describe, expect, it } from 'vitest';
import {
  blocksOn,
  genesis,
  type MadeBlock,
  quickRegtest,
} from '../../../test/fixtures/block-maker.ts';
import { memoryChain } from '../../../test/fixtures/test-chain.ts';
import { MemoryDisk } from '../../outside/disk/memory-disk.ts';
import { BlockFiles } from '../storage/block-files.ts';
import type { KeyValueStore } from '../storage/key-value-store.ts';
import { MemoryStore } from '../storage/memory-store.ts';
import { WriteBatch } from '../storage/write-batch.ts';
import type { Chain } from './chain.ts';
import type { ChainOptions, StartProgress } from './chain-options.ts';

class Place {
  readonly disk = new MemoryDisk();
  readonly stores = { index: new MemoryStore(), coins: new MemoryStore() };

  async open(changes: Partial<ChainOptions> = {}): Promise<Chain> {
    const { stores } = this;
    const openFiles: ChainOptions['openFiles'] = (known) =>
      BlockFiles.open(this.disk, '/blocks', known, { magic: quickRegtest.magic });
    const { chain } = await memoryChain(quickRegtest, undefined, { stores, openFiles, ...changes });
    return chain;
  }
}

type Entries = readonly (readonly [Uint8Array, Uint8Array])[];

async function entriesOf(store: KeyValueStore): Promise<Entries> {
  const entries: [Uint8Array, Uint8Array][] = [];
  for await (const [key, value] of store.iterate()) entries.push([key, value]);
  return entries;
}

/** Puts back what was in a store at an earlier time. */
async function restore(store: KeyValueStore, entries: Entries): Promise<void> {
  const batch = new WriteBatch();
  for (const [key] of await entriesOf(store)) batch.delete(key);
  for (const [key, value] of entries) batch.put(key, value);
  await store.write(batch);
}

async function offer(chain: Chain, blocks: readonly MadeBlock[]): Promise<void> {
  for (const { raw } of blocks) await chain.processBlock(raw);
}

/** A place with blocks in it, and what was in its stores when the first half of them was there. */
async function withHistory(): Promise<{ place: Place; index: Entries; coins: Entries }> {
  const place = new Place();
  const blocks = blocksOn(genesis, 20);
  const chain = await place.open();
  await offer(chain, blocks.slice(0, 10));
  await chain.flush();
  const index = await entriesOf(place.stores.index);
  const coins = await entriesOf(place.stores.coins);
  await offer(chain, blocks.slice(10));
  await chain.close();
  return { place, index, coins };
}

describe('a chain that is started', () => {
  it('goes on from older coins by the blocks that are stored, and says how far it is', async () => {
    const { place, coins } = await withHistory();
    await restore(place.stores.coins, coins);
    const steps: StartProgress[] = [];
    const chain = await place.open({ onProgress: (progress) => steps.push(progress) });
    expect(chain.tip.height).toBe(20);
    expect(steps.filter(({ kind }) => kind === 'checking')).toHaveLength(6);
    expect(steps.at(-1)).toEqual({ kind: 'connecting', done: 20, total: 20 });
    await chain.close();
  });

  it('goes on from no coins at all', async () => {
    const { place } = await withHistory();
    await restore(place.stores.coins, []);
    const chain = await place.open();
    expect(chain.tip.height).toBe(20);
    expect((await chain.verify({ level: 4, blocks: 0 })).checked).toBe(20);
    await chain.close();
  });

  it('keeps what it has done when it is called off', async () => {
    const { place } = await withHistory();
    await restore(place.stores.coins, []);
    const stop = new AbortController();
    const onProgress = ({ done }: StartProgress): void => {
      if (done === 7) stop.abort();
    };
    await expect(place.open({ onProgress, signal: stop.signal })).rejects.toMatchObject({
      code: 'stopped',
    });
    const steps: StartProgress[] = [];
    const chain = await place.open({ onProgress: (progress) => steps.push(progress) });
    const first = steps.find(({ kind }) => kind === 'connecting');
    expect(first?.done).toBeGreaterThan(7);
    expect(chain.tip.height).toBe(20);
    await chain.close();
  });

  it('notices a block index that is older than the coins', async () => {
    const { place, index } = await withHistory();
    await restore(place.stores.index, index);
    await expect(place.open()).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringMatching(
        /^the block index is older than the coins.*run with --reindex/,
      ),
    });
  });

  it('notices a block index with a changed record, or one that is missing', async () => {
    const { place, index } = await withHistory();
    const records = index.filter(([key]) => key[0] === 0x62);
    const [key, value] = records[5] as readonly [Uint8Array, Uint8Array];
    for (let at = 0; at < value.length; at += 7) {
      const changed = value.slice();
      changed[at] = (changed[at] as number) ^ 0x10;
      await place.stores.index.write(new WriteBatch().put(key, changed));
      await expect(place.open()).rejects.toThrow(
        'the block index is damaged: a record has a wrong',
      );
    }
    await place.stores.index.write(new WriteBatch().delete(key));
    await expect(place.open()).rejects.toThrow(
      /the block before .* is missing; run with --reindex/,
    );
  });
});
