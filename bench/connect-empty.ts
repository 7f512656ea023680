/** What a block costs that has nothing in it. */
import { importInProcess } from './import-process.ts';
import { emptyChain } from './plain-chains.ts';
import { showProgress } from './progress.ts';
import { least, median } from './summary.ts';

const BLOCKS = 20_000;
const ROUNDS = 3;
export const MIN_BLOCKS_A_SECOND = 6000;

export interface EmptyFigures {
  readonly blocks: number;
  readonly blocksASecond: number;
  readonly medianBlocksASecond: number;
  readonly longestTurnMs: number;
}

export async function measureEmptyBlocks(): Promise<EmptyFigures> {
  const blocksFile = emptyChain(BLOCKS);
  const seconds: number[] = [];
  const waits: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const figures = await importInProcess({ blocksFile });
    if (figures.height !== BLOCKS) throw new Error(`the import ended at height ${figures.height}`);
    seconds.push(figures.seconds);
    waits.push(figures.longestTurnMs);
    showProgress('importing empty blocks', round, ROUNDS);
  }
  return {
    blocks: BLOCKS,
    blocksASecond: BLOCKS / least(seconds),
    medianBlocksASecond: BLOCKS / median(seconds),
    longestTurnMs: median(waits),
  };
}
