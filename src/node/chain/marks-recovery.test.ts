/** Crashes at every step of a return to a mark. */
import { describe, expect, it } from 'vitest';
import {
  blockOn,
  genesis,
  type MadeBlock,
  SUBSIDY,
  spend,
} from '../../../test/fixtures/block-maker.ts';
import { type ChainDigest, chainDigest } from '../../../test/fixtures/chain-digest.ts';
import { CrashingFolder } from '../../../test/fixtures/crashing-folder.ts';
import type { Chain } from './chain.ts';

function branch(from: MadeBlock, count: number, extra: number): readonly MadeBlock[] {
  const made: MadeBlock[] = [];
  for (let i = 0, last = from; i < count; i++) {
    const transactions = last === genesis ? [] : [spend(last.coinbase, SUBSIDY)];
    last = blockOn(last, { transactions, extra });
    made.push(last);
  }
  return made;
}

const trunk = branch(genesis, 6, 1);
const later = branch(trunk[5] as MadeBlock, 3, 1);
const other = branch(trunk[2] as MadeBlock, 8, 2);
const rival = branch(trunk[4] as MadeBlock, 4, 3);
const all = [...trunk, ...later, ...other, ...rival];

async function offer(chain: Chain, blocks: readonly MadeBlock[]): Promise<void> {
  for (const { raw } of blocks) await chain.processBlock(raw);
}

/** What a crash keeps: which blocks are known and valid, which is followed, and its coins. */
async function lasting(chain: Chain): Promise<unknown> {
  const { tip, tips, coins, blocks }: ChainDigest = await chainDigest(chain, all);
  return { tip, tips, coins, known: blocks.map((block) => block !== undefined) };
}

interface Story {
  readonly atMark: unknown;
  readonly before: unknown;
}

/** Up to the moment before the return. */
async function begin(chain: Chain): Promise<{ story: Story; revert: () => Promise<void> }> {
  await offer(chain, trunk);
  await chain.flush();
  const mark = await chain.mark();
  const atMark = await lasting(chain);
  await offer(chain, later);
  await chain.invalidateBlock((trunk[3] as MadeBlock).hash);
  await offer(chain, other);
  await chain.flush();
  const before = await lasting(chain);
  return { story: { atMark, before }, revert: () => chain.revertTo(mark) };
}

describe('a return to a mark that is interrupted', () => {
  for (const losesPower of [false, true]) {
    const how = losesPower ? 'by a loss of power' : 'by a kill';
    it(`${how} leaves the chain at the mark, or where it was`, async () => {
      const ends = { atMark: 0, before: 0, resolved: 0 };
      for (let changes = 1; changes < 60; changes++) {
        const folder = new CrashingFolder(`crash ${changes}`, { losesPower });
        const chain = await folder.open();
        const { story, revert } = await begin(chain);
        folder.disk.cutPowerAfter(changes);
        let isDone = false;
        try {
          await revert();
          isDone = true;
          await offer(chain, rival);
          await chain.flush();
        } catch (error) {
          expect(error).toMatchObject({ code: 'io' });
        }
        if (losesPower) folder.crash();
        else folder.restart();
        folder.disk.cutPowerAfter(Number.POSITIVE_INFINITY);
        const again = await folder.open();
        const found = await lasting(again);
        if (again.lookup((rival[0] as MadeBlock).hash) !== undefined) {
          // It got beyond: what was forgotten has not come back.
          expect(isDone).toBe(true);
          expect(again.lookup((other[0] as MadeBlock).hash)).toBeUndefined();
        } else if (isDone) {
          expect(found).toEqual(story.atMark);
        } else {
          expect([story.atMark, story.before]).toContainEqual(found);
        }
        const end = JSON.stringify(found) === JSON.stringify(story.before) ? 'before' : 'atMark';
        ends[end]++;
        if (isDone) ends.resolved++;
        expect((await again.verify({ level: 4, blocks: 0 })).failure).toBeUndefined();
        await again.reconsiderBlock((trunk[3] as MadeBlock).hash);
        await offer(again, all);
        expect(again.tip.hasHash((other[7] as MadeBlock).hash)).toBe(true);
        await again.close();
        folder.restart();
        const last = await folder.open();
        expect((await last.verify({ level: 4, blocks: 0 })).failure).toBeUndefined();
        await last.close();
      }
      expect(ends.before).toBeGreaterThan(3);
      expect(ends.atMark).toBeGreaterThan(3);
      expect(ends.resolved).toBeLessThan(59);
    });
  }
});
