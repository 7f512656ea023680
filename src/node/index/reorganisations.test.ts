import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFINITIONS,
  dyingStore,
  follow,
  MARK,
  markStores,
  newStores,
  rowsOf,
} from '../../../test/fixtures/all-indexes.ts';
import { GrowingChain, type PaymentPlan } from '../../../test/fixtures/growing-chain.ts';
import { SystemClock } from '../../outside/clock/system-clock.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import type { BlockNode } from '../chain/block-node.ts';
import type { KeyValueStore } from '../storage/key-value-store.ts';
import { MemoryStore } from '../storage/memory-store.ts';
import { MemoryStores } from '../storage/memory-stores.ts';
import type { Followers } from './followers.ts';

/**
 * Addresses have exactly the rows of an index that has never seen another branch. The others have them
 * too, and beside them what they keep of blocks that were taken back.
 */
async function expectAsRebuilt(
  stores: readonly KeyValueStore[],
  chain: GrowingChain,
): Promise<void> {
  const fresh = DEFINITIONS.map(() => new MemoryStore());
  const followers = await follow(chain, fresh);
  await followers.settled();
  await followers.stop();
  for (const [i, { name }] of DEFINITIONS.entries()) {
    const rows = await rowsOf(stores[i] as KeyValueStore);
    const wanted = await rowsOf(fresh[i] as KeyValueStore);
    if (name === 'addresses') expect(rows).toEqual(wanted);
    for (const [key, value] of wanted) expect(rows.get(key), `${name} ${key}`).toBe(value);
    expect(await stores[i]?.get(MARK), `${name} was built anew`).toEqual(MARK);
  }
}

const plan: fc.Arbitrary<PaymentPlan> = fc.record({
  spends: fc.array(fc.nat(40), { minLength: 1, maxLength: 3 }),
  pays: fc.array(fc.nat(5), { maxLength: 3 }),
});

type Step =
  | { readonly kind: 'grow'; readonly on: number; readonly plans: readonly PaymentPlan[] }
  | { readonly kind: 'move'; readonly to: number }
  | { readonly kind: 'breathe'; readonly turns: number }
  | { readonly kind: 'flush' | 'settle' }
  | { readonly kind: 'crash'; readonly knowsHeaders: boolean };

const kind = <K extends string>(...kinds: readonly K[]): fc.Arbitrary<K> =>
  fc.constantFrom(...kinds);
const plans = fc.array(plan, { maxLength: 3 });
const grow = fc.record({ kind: kind('grow' as const), on: fc.nat(3), plans });
const move = fc.record({ kind: kind('move' as const), to: fc.nat(5) });
const breathe = fc.record({ kind: kind('breathe' as const), turns: fc.nat(30) });
const pause = fc.record({ kind: kind('flush' as const, 'settle' as const) });
const crash = fc.record({ kind: kind('crash' as const), knowsHeaders: fc.boolean() });

const quietStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: grow },
  { weight: 4, arbitrary: move },
  { weight: 4, arbitrary: breathe },
  { weight: 2, arbitrary: pause },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 16, arbitrary: quietStep },
  { weight: 1, arbitrary: crash },
);

/** Counted from the youngest: so trees become deep, and branches lie side by side. */
function fromYoungest(nodes: readonly BlockNode[], number: number): BlockNode {
  return nodes[Math.max(0, nodes.length - 1 - number)] as BlockNode;
}

async function takeTurns(turns: number): Promise<void> {
  const clock = new SystemClock();
  for (let i = 0; i < turns; i++) await clock.nextTurn();
}

/** Everything but a crash. */
async function take(action: Step, chain: GrowingChain, followers: Followers): Promise<void> {
  if (action.kind === 'grow') chain.grow(fromYoungest(chain.nodes, action.on), action.plans);
  else if (action.kind === 'move') await chain.moveTo(fromYoungest(chain.nodes, action.to));
  else if (action.kind === 'breathe') await takeTurns(action.turns);
  else if (action.kind === 'flush') await chain.flush();
  else if (action.kind === 'settle') await followers.settled();
}

describe('indexes', () => {
  it('are, after any reorganisations and crashes, as if there had been one branch', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        let chain = new GrowingChain();
        const stores = await newStores();
        let followers = await follow(chain, stores);
        for (const action of steps) {
          await take(action, chain, followers);
          if (action.kind !== 'crash') continue;
          await followers.stop();
          chain = chain.afterCrash(action.knowsHeaders);
          followers = await follow(chain, stores);
        }
        await followers.settled();
        expect(followers.statuses.map(({ tip }) => tip)).toEqual(DEFINITIONS.map(() => chain.tip));
        await followers.stop();
        await expectAsRebuilt(stores, chain);
      }),
      { numRuns: 100 },
    );
  });

  it('survive being killed at any write, whether it was made or not', async () => {
    const lives = fc.array(
      fc.record({
        steps: fc.array(quietStep, { minLength: 5, maxLength: 25 }),
        writes: fc.nat(12),
        lastOneCounts: fc.boolean(),
        knowsHeaders: fc.boolean(),
      }),
      { minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(lives, async (all) => {
        let chain = new GrowingChain();
        const stores = await newStores();
        for (const { steps, writes, lastOneCounts, knowsHeaders } of all) {
          const mortal = stores.map((store) => dyingStore(store, writes, lastOneCounts));
          const followers = await follow(chain, mortal, () => {});
          for (const action of steps) {
            if (action.kind !== 'settle') await take(action, chain, followers);
          }
          await followers.settled().catch(() => {});
          await followers.stop();
          chain = chain.afterCrash(knowsHeaders);
        }
        const followers = await follow(chain, stores);
        await followers.settled();
        await followers.stop();
        await expectAsRebuilt(stores, chain);
      }),
      { numRuns: 100 },
    );
  });

  it('survive losses of power, which take back the last writes of some of them', async () => {
    const lives = fc.array(
      fc.record({
        steps: fc.array(quietStep, { minLength: 5, maxLength: 25 }),
        knowsHeaders: fc.boolean(),
      }),
      { minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(lives, fc.string(), async (all, seed) => {
        const entropy = new SeededEntropy(seed);
        const disk = new MemoryStores({ losesPower: true });
        const open = () => Promise.all(DEFINITIONS.map(({ name }) => disk.open(name)));
        let chain = new GrowingChain();
        let stores = await open();
        await markStores(stores);
        for (const { steps, knowsHeaders } of all) {
          const followers = await follow(chain, stores);
          for (const action of steps) await take(action, chain, followers);
          disk.crash(entropy);
          await followers.stop();
          chain = chain.afterCrash(knowsHeaders);
          stores = await open();
        }
        const followers = await follow(chain, stores);
        await followers.settled();
        await followers.stop();
        await expectAsRebuilt(stores, chain);
      }),
      { numRuns: 100 },
    );
  });
});
