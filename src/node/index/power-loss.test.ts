/** Indexes beside a real chain, both of which lose their latest writes. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  blockOn,
  genesis,
  type MadeBlock,
  SUBSIDY,
  spend,
} from '../../../test/fixtures/block-maker.ts';
import { IndexedMachine } from '../../../test/fixtures/indexed-machine.ts';
import { SystemClock } from '../../outside/clock/system-clock.ts';

const clock = new SystemClock();

/** Branches from the first block on, and from the middle of others. Most blocks spend a reward. */
function branches(): readonly (readonly MadeBlock[])[] {
  const grow = (from: MadeBlock, count: number, extra: number): readonly MadeBlock[] => {
    const made: MadeBlock[] = [];
    let last = from;
    for (let i = 0; i < count; i++) {
      const transactions = last === genesis ? [] : [spend(last.coinbase, SUBSIDY)];
      last = blockOn(last, { transactions, extra });
      made.push(last);
    }
    return made;
  };
  const first = grow(genesis, 8, 1);
  const second = grow(genesis, 10, 2);
  return [first, second, grow(first[4] as MadeBlock, 7, 3), grow(second[2] as MadeBlock, 6, 4)];
}

it('indexes and chain agree after any losses of power, and none is built anew', async () => {
  const tree = branches();
  const action = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ branch: fc.nat(3), blocks: fc.integer({ min: 1, max: 6 }) }),
    },
    { weight: 2, arbitrary: fc.constantFrom('flush' as const, 'settle' as const) },
    { weight: 2, arbitrary: fc.record({ turns: fc.nat(20) }) },
  );
  const lives = fc.array(fc.array(action, { maxLength: 12 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(lives, fc.string(), async (all, seed) => {
      const machine = await IndexedMachine.make(seed);
      for (const life of all) {
        const { chain, indexes, close } = await machine.open();
        const offered = [0, 0, 0, 0];
        for (const step of life) {
          if (step === 'flush') await chain.flush();
          else if (step === 'settle') await indexes.settled();
          else if ('turns' in step) for (let i = step.turns; i > 0; i--) await clock.nextTurn();
          else {
            const from = offered[step.branch] as number;
            const blocks = tree[step.branch]?.slice(from, from + step.blocks) ?? [];
            for (const { raw } of blocks) await chain.processBlock(raw);
            offered[step.branch] = from + blocks.length;
          }
        }
        machine.crash();
        await close();
      }
      const running = await machine.open();
      for (const { name, rows, wanted, isBuiltAnew } of await machine.compareIndexes(running)) {
        expect(isBuiltAnew, `${name} was built anew`).toBe(false);
        if (name === 'addresses') expect(rows).toEqual(wanted);
        for (const [key, value] of wanted) expect(rows.get(key), name).toBe(value);
      }
      await running.close();
    }),
    { numRuns: 40 },
  );
});
