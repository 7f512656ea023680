/** Crashes at every step, and what is there afterwards. */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  blockOn,
  genesis,
  type MadeBlock,
  SUBSIDY,
  spend,
} from '../../../test/fixtures/block-maker.ts';
import { utxoHash } from '../../../test/fixtures/chain-digest.ts';
import { CrashingFolder } from '../../../test/fixtures/crashing-folder.ts';
import type { Chain } from './chain.ts';

/** Two branches; the second is longer. Each block spends the reward of the one before it. */
function story(length: number): readonly MadeBlock[] {
  const branch = (count: number, extra: number): readonly MadeBlock[] => {
    const made: MadeBlock[] = [];
    let last = genesis;
    for (let i = 0; i < count; i++) {
      const transactions = i === 0 ? [] : [spend(last.coinbase, SUBSIDY)];
      last = blockOn(last, { transactions, extra });
      made.push(last);
    }
    return made;
  };
  return [...branch(length, 1), ...branch(length + 2, 2)];
}

/** Offers blocks, and flushes now and then. Answers with the work of the last tip that was flushed. */
async function offerAll(
  chain: Chain,
  blocks: readonly MadeBlock[],
  onFlushed: (work: bigint) => void = () => {},
): Promise<void> {
  for (const [i, { raw }] of blocks.entries()) {
    await chain.processBlock(raw);
    if (i % 5 !== 4) continue;
    const { chainWork } = chain.tip;
    await chain.flush();
    onFlushed(chainWork);
  }
}

describe('a chain that was interrupted', () => {
  const blocks = story(12);
  let expected: string;
  let bytes: number;

  beforeAll(async () => {
    const folder = new CrashingFolder('without interruption');
    const chain = await folder.open();
    await offerAll(chain, blocks);
    expected = await utxoHash(chain);
    await chain.close();
    bytes = folder.disk.used;
  });

  async function expectSound(chain: Chain, flushed: bigint): Promise<void> {
    expect(chain.tip.chainWork).toBeGreaterThanOrEqual(flushed);
    expect((await chain.verify({ level: 4, blocks: 0 })).failure).toBeUndefined();
    await offerAll(chain, blocks);
    expect(await utxoHash(chain)).toBe(expected);
    await chain.close();
  }

  it('opens after a loss of power at or above the tip that was flushed, and goes on', async () => {
    let interrupted = 0;
    for (let changes = 1; changes < 120; changes += 2) {
      const folder = new CrashingFolder(`crash ${changes}`);
      let flushed = 0n;
      folder.disk.cutPowerAfter(changes);
      try {
        const chain = await folder.open();
        await offerAll(chain, blocks, (work) => {
          flushed = work;
        });
      } catch (error) {
        expect(error).toMatchObject({ code: 'io' });
        interrupted++;
      }
      folder.crash();
      await expectSound(await folder.open(), flushed);
    }
    expect(interrupted).toBeGreaterThan(30);
  });

  it('stops with a clear message when the disk is full, and goes on when there is room', async () => {
    for (let capacity = 0; capacity < bytes; capacity += Math.ceil(bytes / 20)) {
      const folder = new CrashingFolder(`full at ${capacity}`);
      folder.disk.capacity = capacity;
      let flushed = 0n;
      const told: unknown[] = [];
      const run = async (): Promise<void> => {
        const chain = await folder.open((error) => told.push(error));
        try {
          await offerAll(chain, blocks, (work) => {
            flushed = work;
          });
        } finally {
          await chain.close();
        }
      };
      await expect(run()).rejects.toMatchObject({
        code: 'full',
        message: expect.stringContaining('the disk is full; free some space and start again'),
      });
      expect(told.length).toBeLessThanOrEqual(1);
      folder.disk.capacity = Number.POSITIVE_INFINITY;
      folder.restart();
      await expectSound(await folder.open(), flushed);
    }
  });
});
