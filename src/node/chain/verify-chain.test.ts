import { describe, expect, it } from 'vitest';
import {
  blockOn,
  genesis,
  type MadeBlock,
  quickRegtest,
  SUBSIDY,
  spend,
} from '../../../test/fixtures/block-maker.ts';
import { memoryChain } from '../../../test/fixtures/test-chain.ts';
import { MemoryDisk } from '../../outside/disk/memory-disk.ts';
import { coinKey } from '../../protocol/consensus/coin.ts';
import { decodeCoin, encodeCoin } from '../coins/coin-codec.ts';
import { coinStoreKey } from '../coins/store-keys.ts';
import { BlockFiles } from '../storage/block-files.ts';
import { MemoryStore } from '../storage/memory-store.ts';
import { WriteBatch } from '../storage/write-batch.ts';
import type { Chain } from './chain.ts';
import type { ChainOptions } from './chain-options.ts';
import type { CheckLevel } from './verify-chain.ts';

/** Blocks that spend the reward of the one before. */
function story(length: number): readonly MadeBlock[] {
  const blocks = [blockOn(genesis)];
  while (blocks.length < length) {
    const last = blocks.at(-1) as MadeBlock;
    blocks.push(blockOn(last, { transactions: [spend(last.coinbase, SUBSIDY)] }));
  }
  return blocks;
}

/** Something that can be opened, closed and tampered with. */
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

async function filled(blocks: readonly MadeBlock[]): Promise<Place> {
  const place = new Place();
  const chain = await place.open();
  for (const { raw } of blocks) await chain.processBlock(raw);
  await chain.close();
  return place;
}

describe('checking blocks once more', () => {
  it('does not ask again what hangs on the height: a rule may begin later now than it did', async () => {
    const { consensus } = quickRegtest;
    const heights = { ...consensus.buried, segwit: 6 };
    const params = { ...quickRegtest, consensus: { ...consensus, buried: heights } };
    const chain = await (await filled(story(12))).open({ params, checkBlocks: 1, checkLevel: 0 });
    expect(await chain.verify({ level: 4, blocks: 0 })).toEqual({ checked: 12 });
  });

  it('goes as deep as it is told to, says how far it is, and finds nothing wrong with a sound chain', async () => {
    const chain = await (await filled(story(12))).open();
    for (const level of [0, 1, 2, 3, 4] as const satisfies readonly CheckLevel[]) {
      const steps: string[] = [];
      const onProgress = (done: number, total: number): number => steps.push(`${done}/${total}`);
      expect(await chain.verify({ level, blocks: 3, onProgress })).toEqual({ checked: 3 });
      expect(steps.at(-1)).toBe(level === 4 ? '6/6' : '3/3');
    }
    expect(await chain.verify({ level: 4, blocks: 0 })).toEqual({ checked: 12 });
    expect(await chain.verify({ level: 4, blocks: 100 })).toEqual({ checked: 12 });
    expect(chain.tip.height).toBe(12);
    await chain.close();
  });

  it.each([
    ['missing', 'a coin that it made is missing'],
    ['changed', 'a coin that it made is another one'],
    ['back again', 'a coin that it spent is still there'],
  ])('does not start on coins of which one is %s', async (what, message) => {
    const blocks = story(12);
    const place = await filled(blocks);
    const at = what === 'back again' ? blocks[10] : blocks[11];
    const key = coinStoreKey(coinKey((at as MadeBlock).coinbase));
    const value = await place.stores.coins.get(
      coinStoreKey(coinKey((blocks[11] as MadeBlock).coinbase)),
    );
    const coin = decodeCoin(value as Uint8Array);
    const changed = encodeCoin({ ...coin, output: { ...coin.output, value: 1n } });
    const batch = new WriteBatch();
    if (what === 'missing') batch.delete(key);
    else batch.put(key, changed);
    await place.stores.coins.write(batch);
    await expect(place.open()).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringMatching(new RegExp(`${message}; run with --reindex`)),
    });
    const unchecked = await place.open({ checkLevel: 2 });
    expect(unchecked.tip.height).toBe(12);
    await unchecked.close();
  });
});
