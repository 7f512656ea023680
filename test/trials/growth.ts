/**
 * How much a block costs when there are few coins, and when there are many: blocks of the same kind, on
 * top of chains with more and more coins, each in a process of its own. Measured as the benchmarks do.
 */
import { importInProcess } from '../../bench/import-process.ts';
import { growthChain } from '../../bench/plain-chains.ts';
import type { Trial } from './trial.ts';

const COINS = { long: [10_000, 100_000, 1_000_000], short: [4000, 40_000] } as const;
/** Each spends 500 coins, anywhere among all, and makes as many. */
const BLOCKS = { long: 200, short: 10 } as const;
/** The default, and one that holds few of the coins, so that they come from the disk. */
const CACHES = { long: [undefined, 8], short: [8] } as const;

const MOST_MEMORY_MB = 600;
/** Time a block, with the most coins against the fewest. A machine that is shared is not exact. */
const MOST_GROWTH = { long: 2, short: 4 } as const;

export const growthTrial: Trial = {
  name: 'growth',
  shows: 'with 100 times the coins, a block takes hardly longer and the memory stays in bounds',
  times: { long: 1, short: 1 },
  async run({ size, say }) {
    const rows: Row[] = [];
    const failures: string[] = [];
    for (const dbcacheMb of CACHES[size]) {
      const some: Row[] = [];
      for (const coins of COINS[size]) some.push(await measure(coins, BLOCKS[size], dbcacheMb));
      for (const row of some) say(JSON.stringify(row));
      const [first, last] = [some[0], some.at(-1)] as [Row, Row];
      const growth = last['ms/block'] / first['ms/block'];
      if (growth > MOST_GROWTH[size]) {
        failures.push(
          `with a cache of ${first.dbcache} MB a block takes ${growth.toFixed(1)} times as long`,
        );
      }
      rows.push(...some);
    }
    const peak = Math.max(...rows.map((row) => row['peak MB']));
    if (peak > MOST_MEMORY_MB) failures.push(`it took ${peak} MB`);
    return { figures: { growth: rows }, failures };
  },
};

interface Row extends Readonly<Record<string, number | string>> {
  readonly coins: number;
  readonly dbcache: number | string;
  readonly 'ms/block': number;
  readonly 'peak MB': number;
  readonly seconds: number;
}

async function measure(coins: number, blocks: number, dbcacheMb: number | undefined): Promise<Row> {
  const { blocksFile, grownHeight, lastHeight } = growthChain(coins, blocks);
  const { marks, peakMemoryMb, seconds } = await importInProcess({
    blocksFile,
    marks: [grownHeight, lastHeight],
    ...(dbcacheMb !== undefined && { dbcacheMb }),
  });
  const [grown = 0, last = 0] = marks;
  return {
    coins,
    dbcache: dbcacheMb ?? 'default',
    'ms/block': Math.round(((last - grown) / blocks) * 100_000) / 100,
    'peak MB': Math.round(peakMemoryMb),
    seconds: Math.round(seconds * 10) / 10,
  };
}
