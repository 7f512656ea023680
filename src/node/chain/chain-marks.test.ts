import { describe, expect, it } from 'vitest';
import {
  blockOn,
  blocksOn,
  genesis,
  type MadeBlock,
  quickRegtest,
  SUBSIDY,
  spend,
} from '../../../test/fixtures/block-maker.ts';
import { chainDigest } from '../../../test/fixtures/chain-digest.ts';
import { payment } from '../../../test/fixtures/regtest-blocks.ts';
import { memoryChain } from '../../../test/fixtures/test-chain.ts';
import { SystemClock } from '../../outside/clock/system-clock.ts';
import { MemoryDisk } from '../../outside/disk/memory-disk.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import type { Transaction } from '../../protocol/primitives/transaction.ts';
import { BlockFiles } from '../storage/block-files.ts';
import { MemoryStore } from '../storage/memory-store.ts';
import { loadBlockIndex } from './block-index-store.ts';
import { BlockTree } from './block-tree.ts';
import type { Chain } from './chain.ts';
import type { ChainEvent } from './chain-events.ts';
import type { ChainOptions } from './chain-options.ts';
import { WorkSlices } from './work-slices.ts';

async function offer(chain: Chain, blocks: readonly MadeBlock[]): Promise<readonly string[]> {
  const kinds: string[] = [];
  for (const { raw } of blocks) kinds.push((await chain.processBlock(raw)).kind);
  return kinds;
}

/** Blocks each of which spends the reward of the one before. */
function spendingBlocks(from: MadeBlock, count: number, extra: number): readonly MadeBlock[] {
  const made: MadeBlock[] = [];
  for (let i = 0, last = from; i < count; i++) {
    const transactions = last === genesis ? [] : [spend(last.coinbase, SUBSIDY)];
    last = blockOn(last, { transactions, extra });
    made.push(last);
  }
  return made;
}

function words(events: readonly ChainEvent[]): readonly string[] {
  return events.map((event) =>
    event.kind === 'forgotten'
      ? `forgotten ${event.nodes.size}`
      : `${event.kind} ${event.node.height}`,
  );
}

describe('a chain that is put back to a mark', () => {
  const main = spendingBlocks(genesis, 5, 1);
  const later = spendingBlocks(main[4] as MadeBlock, 4, 1);
  const other = spendingBlocks(main[1] as MadeBlock, 6, 2);
  const all = [...main, ...later, ...other];

  it('forgets the blocks that came since, and takes them as new ones', async () => {
    const { chain } = await memoryChain(quickRegtest);
    await offer(chain, main);
    const before = await chainDigest(chain, all);
    const mark = await chain.mark();
    expect(mark.tip).toBe(chain.tip);
    await offer(chain, later);
    const after = await chainDigest(chain, all);
    await chain.revertTo(mark);
    expect(await chainDigest(chain, all)).toEqual(before);
    for (const { hash } of later) expect(chain.lookup(hash)).toBeUndefined();
    expect(await offer(chain, later)).toEqual(['connected', 'connected', 'connected', 'connected']);
    expect(await chainDigest(chain, all)).toEqual(after);
    expect((await chain.verify({ level: 4, blocks: 0 })).failure).toBeUndefined();
    await chain.close();
  });

  it('comes back from another branch, as often as one likes', async () => {
    const { chain } = await memoryChain(quickRegtest);
    await offer(chain, [...main, ...later.slice(0, 1)]);
    const before = await chainDigest(chain, all);
    const mark = await chain.mark();
    for (let round = 0; round < 3; round++) {
      const kinds = await offer(chain, other);
      expect(kinds.slice(0, 4)).toEqual(['sidechain', 'sidechain', 'sidechain', 'sidechain']);
      expect(chain.tip.hasHash((other[5] as MadeBlock).hash)).toBe(true);
      await chain.revertTo(mark);
      expect(await chainDigest(chain, all)).toEqual(before);
    }
    await chain.close();
  });

  it('keeps branches that were known, and which of them was followed', async () => {
    const { chain } = await memoryChain(quickRegtest);
    await offer(chain, main);
    await offer(chain, other.slice(0, 3));
    const before = await chainDigest(chain, all);
    const mark = await chain.mark();
    // The same work as that of the tip: now it is preferred.
    await chain.preciousBlock((other[2] as MadeBlock).hash);
    expect(chain.tip.hasHash((other[2] as MadeBlock).hash)).toBe(true);
    await chain.revertTo(mark);
    expect(await chainDigest(chain, all)).toEqual(before);
    await chain.revertTo(mark);
    expect(await chainDigest(chain, all)).toEqual(before);
    expect(await offer(chain, later.slice(0, 1))).toEqual(['connected']);
    await chain.close();
  });

  it('takes back what was said of blocks by hand', async () => {
    const { chain } = await memoryChain(quickRegtest);
    const third = (main[2] as MadeBlock).hash;
    await offer(chain, [...main, ...other.slice(0, 1)]);
    const sound = await chain.mark();
    const whenSound = await chainDigest(chain, all);
    await chain.invalidateBlock(third);
    const broken = await chain.mark();
    const whenBroken = await chainDigest(chain, all);
    expect(chain.tip.height).toBe(3);
    await chain.reconsiderBlock(third);
    expect(chain.tip.height).toBe(5);
    await chain.revertTo(broken);
    expect(await chainDigest(chain, all)).toEqual(whenBroken);
    await chain.revertTo(sound);
    expect(await chainDigest(chain, all)).toEqual(whenSound);
    await chain.close();
  });

  it('goes back up to where it was before blocks were called invalid', async () => {
    const { chain } = await memoryChain(quickRegtest);
    await offer(chain, main);
    const mark = await chain.mark();
    const before = await chainDigest(chain, all);
    await chain.invalidateBlock((main[0] as MadeBlock).hash);
    expect(chain.tip.height).toBe(0);
    await chain.revertTo(mark);
    expect(await chainDigest(chain, all)).toEqual(before);
    await chain.close();
  });

  it('forgets that a block was refused', async () => {
    const { chain } = await memoryChain(quickRegtest);
    await offer(chain, main);
    const greedy = blockOn(main[4] as MadeBlock, { reward: SUBSIDY + 1n });
    const mark = await chain.mark();
    expect(await chain.processBlock(greedy.raw)).toMatchObject({
      kind: 'rejected',
      error: { code: 'bad-cb-amount' },
    });
    expect(await chain.processBlock(greedy.raw)).toMatchObject({
      kind: 'rejected',
      error: { code: 'duplicate-invalid' },
    });
    await chain.revertTo(mark);
    expect(await chain.processBlock(greedy.raw)).toMatchObject({
      kind: 'rejected',
      error: { code: 'bad-cb-amount' },
    });
    await chain.close();
  });

  it('forgets the body alone where the header was known before', async () => {
    const disk = new MemoryDisk();
    const { magic } = quickRegtest;
    const places: Partial<ChainOptions> = {
      stores: { index: new MemoryStore(), coins: new MemoryStore() },
      openFiles: (known) => BlockFiles.open(disk, '/blocks', known, { magic, blockChunkBytes: 0 }),
    };
    const { chain } = await memoryChain(quickRegtest, undefined, places);
    await offer(chain, main);
    await chain.processHeaders(later.map(({ block }) => block.header));
    // A body that waits for another one.
    await offer(chain, later.slice(2, 3));
    const before = await chainDigest(chain, all);
    const mark = await chain.mark();
    await offer(chain, later);
    expect(chain.tip.height).toBe(9);
    await chain.revertTo(mark);
    expect(await chainDigest(chain, all)).toEqual(before);
    const [bare, , stored] = later.map(({ hash }) => chain.lookup(hash));
    expect(bare).toMatchObject({ isStored: false, hasUndo: false, transactionCount: 0 });
    expect(stored).toMatchObject({ isStored: true, hasUndo: false, transactionCount: 2 });
    await chain.close();
    const again = (await memoryChain(quickRegtest, undefined, places)).chain;
    expect(again.lookup((later[0] as MadeBlock).hash)?.isStored).toBe(false);
    expect(again.bestHeader.height).toBe(9);
    // What is written now lies over what was forgotten.
    await offer(again, later);
    expect(again.tip.height).toBe(9);
    expect((await again.verify({ level: 4, blocks: 0 })).failure).toBeUndefined();
    await again.close();
  });

  it('tells of every step, as of any reorganisation, and of what it forgets', async () => {
    const { chain } = await memoryChain(quickRegtest);
    await offer(chain, main.slice(0, 4));
    const mark = await chain.mark();
    await offer(chain, other.slice(0, 3));
    await chain.flush();
    const events: ChainEvent[] = [];
    chain.on((event) => {
      events.push(event);
    });
    await chain.revertTo(mark);
    expect(words(events)).toEqual([
      'disconnected 5',
      'disconnected 4',
      'disconnected 3',
      'connected 3',
      'connected 4',
      'flushed 4',
      'forgetting 4',
      'forgotten 3',
      'header 4',
      'tip 4',
    ]);
    const gone = events.find((event) => event.kind === 'forgotten');
    expect([...(gone?.nodes ?? [])].map(({ height }) => height).sort()).toEqual([3, 4, 5]);
    // Nothing has moved since, and nobody hears of a tip.
    events.length = 0;
    await chain.revertTo(mark);
    expect(words(events)).toEqual(['forgetting 4', 'forgotten 0']);
    await chain.close();
  });

  it('says that there is a tip also where it has not been told of another one', async () => {
    const { chain } = await memoryChain(quickRegtest);
    await offer(chain, main);
    const mark = await chain.mark();
    const events: ChainEvent[] = [];
    chain.on((event) => {
      events.push(event);
    });
    // None of them is waited for: the command comes while they are being verified.
    const processing = later.map(({ raw }) => chain.processBlock(raw));
    const reverting = chain.revertTo(mark);
    await Promise.all([...processing, reverting]);
    expect(chain.tip).toBe(mark.tip);
    expect(words(events).at(-1)).toBe('tip 5');
    await chain.close();
  });

  it('says so, too, where it had come further in silence, because the next block was failing', async () => {
    const { chain } = await memoryChain(quickRegtest);
    await offer(chain, main);
    const mark = await chain.mark();
    const [good] = later as readonly [MadeBlock];
    const wrong = spend(good.coinbase, SUBSIDY);
    const [input] = wrong.inputs as readonly [Transaction['inputs'][0]];
    // OP_RETURN: it fails when scripts are verified.
    const failing = { ...wrong, inputs: [{ ...input, scriptSig: Uint8Array.of(0x6a) }] };
    const bad = blockOn(good, { transactions: [failing] });
    await chain.processHeaders([good.block.header]);
    expect(await offer(chain, [bad])).toEqual(['sidechain']);
    const events: ChainEvent[] = [];
    chain.on((event) => {
      events.push(event);
    });
    const processing = chain.processBlock(good.raw);
    await chain.revertTo(mark);
    expect(words(events)).toEqual([
      'connected 6',
      'disconnected 6',
      'flushed 5',
      'forgetting 5',
      'forgotten 2',
      'header 5',
      'tip 5',
    ]);
    await processing;
    expect(chain.tip).toBe(mark.tip);
    expect(chain.lookup(bad.hash)).toBeUndefined();
    await chain.close();
  });

  it('knows marks inside each other; those that came later are gone with what they marked', async () => {
    const { chain } = await memoryChain(quickRegtest);
    await offer(chain, main.slice(0, 1));
    const outer = await chain.mark();
    await offer(chain, main.slice(1, 2));
    const middle = await chain.mark();
    await offer(chain, main.slice(2, 3));
    const inner = await chain.mark();
    await offer(chain, main.slice(3));
    await chain.revertTo(inner);
    expect(chain.tip.height).toBe(3);
    await chain.revertTo(middle);
    expect(chain.tip.height).toBe(2);
    await expect(chain.revertTo(inner)).rejects.toMatchObject({ code: 'unknown-mark' });
    expect(chain.tip.height).toBe(2);
    await chain.revertTo(outer);
    await expect(chain.revertTo(middle)).rejects.toMatchObject({ code: 'unknown-mark' });
    await offer(chain, main);
    await chain.revertTo(outer);
    expect(chain.tip.height).toBe(1);
    await chain.close();
  });

  it('knows neither a mark that was released nor that of another chain', async () => {
    const first = (await memoryChain(quickRegtest)).chain;
    const second = (await memoryChain(quickRegtest)).chain;
    const early = await first.mark();
    const late = await first.mark();
    first.releaseMark(late);
    await expect(first.revertTo(late)).rejects.toMatchObject({ code: 'unknown-mark' });
    await expect(second.revertTo(early)).rejects.toMatchObject({ code: 'unknown-mark' });
    await first.revertTo(early);
    // A refusal harms nobody.
    expect(await offer(second, main)).toEqual(main.map(() => 'connected'));
    await Promise.all([first.close(), second.close()]);
    await expect(first.mark()).rejects.toMatchObject({ code: 'closed' });
  });

  it('is in its first download again if it was', async () => {
    const { chain, clock } = await memoryChain(
      quickRegtest,
      genesis.block.header.time + 86_400 + 3,
    );
    await offer(chain, main.slice(0, 1));
    const mark = await chain.mark();
    expect(chain.isInitialBlockDownload).toBe(true);
    await offer(chain, main.slice(1));
    expect(chain.isInitialBlockDownload).toBe(false);
    clock.freeze((genesis.block.header.time + 10 * 86_400) * 1000);
    expect(chain.isInitialBlockDownload).toBe(false);
    await chain.revertTo(mark);
    expect(chain.isInitialBlockDownload).toBe(true);
    await chain.close();
  });

  it('leaves nothing of what it forgets in the block index', async () => {
    const { chain, stores } = await memoryChain(quickRegtest);
    await offer(chain, main);
    const mark = await chain.mark();
    await offer(chain, [...later, ...other]);
    await chain.flush();
    await chain.revertTo(mark);
    const entropy = new SeededEntropy('a tree for tests');
    const tree = new BlockTree(quickRegtest, entropy);
    await loadBlockIndex(stores.index, tree, new WorkSlices(new SystemClock()));
    expect([...tree.headers].map(({ hash }) => toHex(hash)).sort()).toEqual(
      [genesis, ...main].map(({ hash }) => toHex(hash)).sort(),
    );
    await chain.close();
  });

  it('has the coins back that were spent since', async () => {
    const { chain } = await memoryChain(quickRegtest);
    await offer(chain, main.slice(0, 1));
    const mark = await chain.mark();
    const [{ coinbase }] = main as readonly [MadeBlock];
    const burn = payment([coinbase], [{ value: SUBSIDY, scriptPubKey: Uint8Array.of(0x6a) }]);
    const block = blockOn(main[0] as MadeBlock, { transactions: [burn] });
    expect(await offer(chain, [block])).toEqual(['connected']);
    await chain.revertTo(mark);
    const rival = blockOn(main[0] as MadeBlock, { transactions: [spend(coinbase, SUBSIDY)] });
    expect(await offer(chain, [rival])).toEqual(['connected']);
    await chain.close();
  });

  it('does not move if a block on the way has been pruned', async () => {
    const { chain } = await memoryChain(quickRegtest);
    await offer(chain, main);
    const mark = await chain.mark();
    await offer(chain, other);
    const { tip } = chain;
    const lost = chain.lookup((main[3] as MadeBlock).hash);
    if (lost !== undefined) lost.status &= ~1;
    await expect(chain.revertTo(mark)).rejects.toMatchObject({ code: 'no-block' });
    expect(chain.tip).toBe(tip);
    if (lost !== undefined) lost.status |= 1;
    await chain.revertTo(mark);
    expect(chain.tip).toBe(mark.tip);
    await chain.close();
  });
});

it('a long branch comes and goes', async () => {
  const { chain } = await memoryChain(quickRegtest);
  const trunk = blocksOn(genesis, 150);
  await offer(chain, trunk);
  const mark = await chain.mark();
  const before = await chainDigest(chain, trunk);
  await offer(chain, blocksOn(genesis, 200, 1));
  expect(chain.tip.height).toBe(200);
  await chain.revertTo(mark);
  expect(await chainDigest(chain, trunk)).toEqual(before);
  await chain.close();
});
