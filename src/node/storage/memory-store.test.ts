import { describe, expect, it } from 'vitest';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { describeKeyValueStore } from './key-value-contract.ts';
import { MemoryStore } from './memory-store.ts';
import { MemoryStores } from './memory-stores.ts';
import { WriteBatch } from './write-batch.ts';

for (const losesPower of [false, true]) {
  describeKeyValueStore(
    losesPower ? 'a store in memory that can lose power' : 'a store in memory',
    async (clock) => {
      const stores = new MemoryStores({ clock, losesPower });
      return { open: (options) => stores.open('/store', options), remove: async () => {} };
    },
  );
}

describe('a crash of stores in memory', () => {
  const key = Uint8Array.of(1);

  /** Writes 0 to 9, of which 4 durably, crashes, and answers with what is left. */
  async function crashed(stores: MemoryStores, seed: number): Promise<number | undefined> {
    const store = await stores.open('/store');
    for (let i = 0; i < 10; i++) {
      const batch = new WriteBatch()
        .put(key, Uint8Array.of(i))
        .put(Uint8Array.of(2), Uint8Array.of(i));
      await store.write(batch, { durable: i === 4 });
    }
    stores.crash(new SeededEntropy(`crash ${seed}`));
    await store.write(new WriteBatch().put(key, Uint8Array.of(99)));
    const after = await stores.open('/store');
    expect(await after.get(Uint8Array.of(2))).toEqual(await after.get(key));
    return (await after.get(key))?.[0];
  }

  it('leaves everything where a process is killed', async () => {
    expect(await crashed(new MemoryStores(), 1)).toBe(9);
  });

  it('leaves what is durable, and some of what came after, where power is lost', async () => {
    const left = new Set<number | undefined>();
    for (let seed = 0; seed < 100; seed++) {
      left.add(await crashed(new MemoryStores({ losesPower: true }), seed));
    }
    expect([...left].sort()).toEqual([4, 5, 6, 7, 8, 9]);
  });

  it('is the end of a store that was kept nowhere', async () => {
    const store = new MemoryStore();
    await store.write(new WriteBatch().put(key, key));
    expect(await store.get(key)).toEqual(key);
    await store.close();
    expect(await new MemoryStore().get(key)).toBeUndefined();
  });
});
