/** What a block costs, and how much memory is taken, when there are more and more coins. */
import { importInProcess } from './import-process.ts';
import { growthChain } from './plain-chains.ts';
import { showProgress } from './progress.ts';

const COINS: readonly number[] = [10_000, 100_000, 1_000_000];
/** Each of them spends 500 coins, anywhere among all, and makes as many. */
const BLOCKS = 200;
/** A cache that holds the coins of none of the larger chains, so that they come from the disk. */
const SMALL_CACHE_MB = 8;
export const MAX_MEMORY_MB = 600;

export interface GrowthFigures {
  readonly coins: number;
  /** Undefined where it is the default. */
  readonly dbcacheMb: number | undefined;
  readonly millisecondsABlock: number;
  readonly peakMemoryMb: number;
  readonly seconds: number;
}

export async function measureGrowth(): Promise<readonly GrowthFigures[]> {
  const figures: GrowthFigures[] = [];
  for (const dbcacheMb of [undefined, SMALL_CACHE_MB]) {
    for (const coins of COINS) {
      figures.push(await measure(coins, dbcacheMb));
      showProgress('importing many coins', figures.length, 2 * COINS.length);
    }
  }
  return figures;
}

async function measure(coins: number, dbcacheMb: number | undefined): Promise<GrowthFigures> {
  const { blocksFile, grownHeight, lastHeight } = growthChain(coins, BLOCKS);
  const { marks, peakMemoryMb, seconds } = await importInProcess({
    blocksFile,
    dbcacheMb,
    marks: [grownHeight, lastHeight],
  });
  const [grown = Number.NaN, last = Number.NaN] = marks;
  const millisecondsABlock = ((last - grown) / BLOCKS) * 1000;
  return { coins, dbcacheMb, millisecondsABlock, peakMemoryMb, seconds };
}
