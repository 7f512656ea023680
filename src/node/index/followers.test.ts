import { describe, expect, it } from 'vitest';
import { dyingStore, follow, MARK, newStores, rowsOf } from '../../../test/fixtures/all-indexes.ts';
import { GrowingChain } from '../../../test/fixtures/growing-chain.ts';
import { SystemClock } from '../../outside/clock/system-clock.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { regtest } from '../../protocol/params/regtest.ts';
import type { BlockNode } from '../chain/block-node.ts';
import type { KeyValueStore } from '../storage/key-value-store.ts';
import { MemoryStore } from '../storage/memory-store.ts';
import { WriteBatch } from '../storage/write-batch.ts';
import { addressIndex } from './addresses/address-index.ts';
import { filterIndex } from './filters/filter-index.ts';
import { Followers } from './followers.ts';
import type { IndexDefinition } from './index-definition.ts';
import { IndexError } from './index-error.ts';

/** A chain of so many blocks that nobody has followed yet. */
async function longChain(blocks: number): Promise<GrowingChain> {
  const chain = new GrowingChain();
  let node = chain.tip;
  for (let i = 0; i < blocks; i++) {
    node = chain.grow(node, [{ spends: [i], pays: [i, i + 1] }]);
  }
  await chain.moveTo(node);
  return chain;
}

describe('waiting for the followers', () => {
  it('ends when they have seen a block', async () => {
    const chain = await longChain(30);
    const followers = await follow(chain, await newStores());
    const middle = chain.tip.ancestor(10) as BlockNode;
    await followers.settled(middle);
    for (const { tip } of followers.statuses) expect(tip?.height).toBeGreaterThanOrEqual(10);
    await followers.settled();
    for (const { tip } of followers.statuses) expect(tip).toBe(chain.tip);
    await followers.settled(middle);
    await followers.stop();
  });

  it('ends when they have seen that a block is gone', async () => {
    const chain = await longChain(10);
    const followers = await follow(chain, await newStores());
    await followers.settled();
    const before = chain.tip;
    await chain.moveTo(before.ancestor(7) as BlockNode);
    // The new tip is one that they have seen before; but not that the others are gone.
    await followers.settled(chain.tip);
    for (const { tip } of followers.statuses) expect(tip).toBe(chain.tip);
    await followers.settled(before);
    await followers.stop();
  });

  it('ends when the block was on a branch that the chain has left meanwhile', async () => {
    const chain = await longChain(10);
    const followers = await follow(chain, await newStores());
    const left = chain.tip;
    const waiting = followers.settled(left);
    const other = chain.grow(left.ancestor(8) as BlockNode);
    await chain.moveTo(chain.grow(other));
    await waiting;
    for (const { tip } of followers.statuses) expect(tip?.height).toBeGreaterThanOrEqual(8);
    await followers.stop();
  });

  it('ends when none of them works any more at a block that is gone', async () => {
    const chain = await longChain(3);
    let working: BlockNode | undefined;
    let workOn = (): void => {};
    const definition: IndexDefinition = {
      ...filterIndex,
      connect: async (followed, changes, pace) => {
        working = followed.node;
        if (working.height > 3) {
          await new Promise<void>((resolve) => {
            workOn = resolve;
          });
        }
        await filterIndex.connect(followed, changes, pace);
        working = undefined;
      },
    };
    const followers = await Followers.start([{ definition, store: new MemoryStore() }], {
      ...{ chain, clock: new SystemClock(), entropy: new SeededEntropy('working') },
      onFailure: (error) => {
        throw error;
      },
    });
    await followers.settled();
    const before = chain.tip;
    const gone = chain.grow(before);
    await chain.moveTo(gone);
    await expect.poll(() => working).toBe(gone);
    await chain.moveTo(before);
    setImmediate(() => workOn());
    await followers.settled(before);
    expect(working).toBeUndefined();
    await followers.stop();
  });

  it('is answered by one of them alone, too', async () => {
    const chain = await longChain(10);
    const followers = await follow(chain, await newStores());
    await followers.find('addresses')?.settled(chain.tip);
    expect(followers.statuses[1]?.tip).toBe(chain.tip);
    expect(followers.find('nonsense')).toBeUndefined();
    await followers.stop();
  });

  it('fails when they are stopped', async () => {
    const chain = await longChain(50);
    const followers = await follow(chain, await newStores());
    const waiting = followers.settled();
    const stopped = expect(waiting).rejects.toMatchObject({ code: 'stopped' });
    await followers.stop();
    await stopped;
    await expect(followers.settled()).rejects.toThrow(IndexError);
  });
});

describe('the status of an index', () => {
  it('tells how far it is', async () => {
    const chain = await longChain(40);
    const followers = await follow(chain, await newStores());
    const before = followers.statuses[0];
    expect(before).toMatchObject({ name: 'transactions', state: 'catching-up', progress: 0 });
    await followers.settled();
    for (const { state, progress, blocksPerSecond } of followers.statuses) {
      expect([state, progress]).toEqual(['following', 1]);
      expect(blocksPerSecond).toBeGreaterThan(0);
    }
    const node = chain.grow(chain.tip);
    chain.grow(node);
    await chain.moveTo(node);
    const { state, progress } = followers.statuses[0] ?? {};
    expect(state).toBe('following');
    expect(progress).toBeGreaterThan(0.9);
    expect(progress).toBeLessThan(1);
    await followers.stop();
    expect(followers.statuses[0]?.state).toBe('stopped');
  });
});

describe('an index', () => {
  it('is loud when it fails, and leaves the others alone', async () => {
    const chain = await longChain(5);
    const stores: KeyValueStore[] = await newStores();
    stores[1] = dyingStore(stores[1] as MemoryStore, 0, false);
    const failures: IndexError[] = [];
    const followers = await follow(chain, stores, (error) => failures.push(error));
    await expect(followers.settled()).rejects.toThrow('index addresses: it stopped');
    await followers.find('filters')?.settled(chain.tip);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({ index: 'addresses', code: 'failed' });
    expect(failures[0]?.message).toMatch(/at block 5: killed$/);
    expect(followers.statuses.map(({ state }) => state)).toEqual([
      'following',
      'failed',
      'following',
      'following',
      'following',
    ]);
    expect(followers.statuses[1]?.error).toBe(failures[0]);
    await followers.stop();
  });

  it('says so when a block that it needs has been pruned', async () => {
    const chain = await longChain(5);
    chain.prune(chain.tip.ancestor(3) as BlockNode);
    const failures: IndexError[] = [];
    const followers = await follow(chain, await newStores(), (error) => failures.push(error));
    await expect(followers.settled()).rejects.toMatchObject({ code: 'pruned' });
    expect(failures[0]?.message).toMatch(
      /block 2, and the next block is gone; run without pruning/,
    );
    await followers.stop();
  });

  it('of a later layout is refused, and left as it is', async () => {
    const chain = await longChain(5);
    const store = new MemoryStore();
    const start = (version: number, onFailure: (error: IndexError) => void): Promise<Followers> => {
      const definition = { ...filterIndex, version };
      const clock = new SystemClock();
      const entropy = new SeededEntropy('layouts');
      return Followers.start([{ definition, store }], { chain, clock, entropy, onFailure });
    };
    const later = await start(3, () => {});
    await later.settled();
    await later.stop();
    const rows = await rowsOf(store);
    const failures: IndexError[] = [];
    const older = await start(2, (error) => failures.push(error));
    await expect(older.settled()).rejects.toMatchObject({ code: 'newer-version' });
    expect(failures[0]?.message).toMatch(/has layout 3, and this program knows up to 2/);
    await older.stop();
    expect(await rowsOf(store)).toEqual(rows);
    // And an earlier one is built anew.
    await store.write(new WriteBatch().put(MARK, MARK));
    const latest = await start(4, () => {});
    await latest.settled();
    await latest.stop();
    expect(await rowsOf(store)).toEqual(rows);
    expect(await store.get(MARK)).toBeUndefined();
  });

  it('of a chain that is not this one is built anew, from wherever that was left', async () => {
    const store = new MemoryStore();
    const follow = async (chain: GrowingChain, to: KeyValueStore): Promise<Followers> => {
      const places = [{ definition: addressIndex(regtest.consensus), store: to }];
      const parts = { clock: new SystemClock(), entropy: new SeededEntropy('other') };
      return Followers.start(places, { chain, ...parts, onFailure: () => {} });
    };
    const other = await longChain(1200);
    const followers = await follow(other, store);
    await followers.settled();
    await followers.stop();
    const chain = new GrowingChain();
    await chain.moveTo(chain.grow(chain.tip, []));
    // Killed in the middle of removing the rows.
    const first = await follow(chain, dyingStore(store, 1, true));
    await expect(first.settled()).rejects.toThrow(IndexError);
    await first.stop();
    expect((await rowsOf(store)).size).toBeGreaterThan(10);
    const second = await follow(chain, store);
    await second.settled();
    await second.stop();
    // The coin of a coinbase, and that it came.
    expect((await rowsOf(store)).size).toBe(2);
  });

  it('keeps blocks that it has not seen from being pruned', async () => {
    const chain = await longChain(20);
    const followers = await follow(chain, await newStores());
    expect(chain.heldFrom()).toBe(-1);
    await followers.settled();
    expect(chain.heldFrom()).toBe(20);
    // Going over to a branch takes the blocks from where that one begins.
    const tip = chain.grow(chain.grow(chain.tip.ancestor(15) as BlockNode));
    await chain.moveTo(tip);
    expect(chain.heldFrom()).toBe(15);
    await followers.stop();
    expect(chain.heldFrom()).toBe(Number.POSITIVE_INFINITY);
  });

  it('reads no block twice that another one has just read', async () => {
    const chain = await longChain(300);
    const before = chain.reads;
    const followers = await follow(chain, await newStores());
    await followers.settled();
    expect(chain.reads - before).toBeLessThan(2 * 300);
    const reads = chain.reads;
    await chain.moveTo(chain.grow(chain.tip));
    await followers.settled();
    expect(chain.reads).toBe(reads);
    await followers.stop();
  });
});
