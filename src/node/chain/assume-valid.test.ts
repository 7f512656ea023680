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
import { memoryChain } from '../../../test/fixtures/test-chain.ts';
import type { BlockHash } from '../../protocol/primitives/hashes.ts';
import type { BlockScripts, ScriptVerifier } from '../verify/script-verifier.ts';

/** Two weeks of blocks at one in ten minutes: what must lie above a block whose scripts are not run. */
const TWO_WEEKS_OF_BLOCKS = 2016;

/** A block with a script, and so many headers on top. */
function story(above: number): readonly MadeBlock[] {
  const one = blockOn(genesis);
  const two = blockOn(one, { transactions: [spend(one.coinbase, SUBSIDY)] });
  return [one, two, ...blocksOn(two, above)];
}

/** How many blocks had their scripts run. */
async function verifiedBlocks(
  blocks: readonly MadeBlock[],
  assumeValid: BlockHash,
  minimumChainWork = 0n,
): Promise<number> {
  const asked: BlockScripts[] = [];
  const verifier: ScriptVerifier = {
    threads: 1,
    verify: async (scripts) => {
      asked.push(scripts);
      return undefined;
    },
    close: async () => {},
  };
  const { chain } = await memoryChain(quickRegtest, undefined, {
    verifier,
    assumeValid,
    minimumChainWork,
  });
  await chain.processHeaders(blocks.map(({ block }) => block.header));
  for (const { raw } of blocks.slice(0, 2)) await chain.processBlock(raw);
  expect(chain.tip.height).toBe(2);
  await chain.close();
  return asked.length;
}

describe('assumevalid', () => {
  const deep = story(TWO_WEEKS_OF_BLOCKS + 1);
  const [one, two] = deep as [MadeBlock, MadeBlock];
  const last = deep.at(-1) as MadeBlock;

  it('spares the scripts of the block itself and of those before it', async () => {
    expect(await verifiedBlocks(deep, two.hash)).toBe(0);
    expect(await verifiedBlocks(deep, last.hash)).toBe(0);
  });

  it('runs the scripts of blocks after it, on other branches, or when the block is not known', async () => {
    expect(await verifiedBlocks(deep, one.hash)).toBe(1);
    expect(
      await verifiedBlocks([...deep, blockOn(one, { extra: 1 })], blockOn(one, { extra: 1 }).hash),
    ).toBe(1);
    expect(await verifiedBlocks(deep, new Uint8Array(32) as BlockHash)).toBe(1);
  });

  it('runs them where less than two weeks of work is on top', async () => {
    expect(await verifiedBlocks(deep.slice(0, -1), two.hash)).toBe(1);
  });

  it('runs them on a chain with less work than the minimum', async () => {
    expect(await verifiedBlocks(deep, two.hash, 2n * BigInt(deep.length + 1))).toBe(0);
    expect(await verifiedBlocks(deep, two.hash, 2n * BigInt(deep.length + 1) + 1n)).toBe(1);
  });
});
