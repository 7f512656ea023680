/**
 * How much a block costs when there are few coins, and when there are many: blocks of the same kind, on
 * top of chains with more and more coins, each in a process of its own. Measured as the benchmarks do.
 */
import { importInProcess } from '../../bench/import-process.ts';
import { growthChain } from '../../bench/plain-chains.ts';
import type { Trial, TrialSize } from './trial.ts';

const COINS = { long: [10_000, 100_000, 1_000_000], short: [4000, 40_000] } as const;
/** Each spends 500 coins, anywhere among all, and makes as many. */
const BLOCKS = { long: 200, short: 10 } as const;
/** Whatever else the machine does makes a run longer: the shortest counts. */
const RUNS = { long: 2, short: 1 } as const;

interface Cache {
  /** In MB; undefined for the default. */
  readonly dbcacheMb: number | undefined;
  /** How much longer a block may take with the most coins than with the fewest. */
  readonly mostGrowth: number;
}

/** The default, and one that holds few of the coins, so that most of them come from the disk. */
const CACHES: Readonly<Record<TrialSize, readonly Cache[]>> = {
  long: [
    { dbcacheMb: undefined, mostGrowth: 2 },
    { dbcacheMb: 8, mostGrowth: 4 },
  ],
  short: [{ dbcacheMb: 8, mostGrowth: 5 }],
};

const MOST_MEMORY_MB = 600;
export const growthTrial: Trial = {
  name: 'growth',
  shows: 'with 100 times the coins, a block takes hardly longer and the memory stays in bounds',
  times: { long: 1, short: 1 },
  async run({ size, say }) {
    const rows: Row[] = [];
    const failures: string[] = [];
    for (const { dbcacheMb, mostGrowth } of CACHES[size]) {
      const some: Row[] = [];
      for (const coins of COINS[size]) {
        const runs: Row[] = [];
        for (let i = 0; i < RUNS[size]; i++) {
          runs.push(await measure(coins, BLOCKS[size], dbcacheMb));
        }
        some.push(shortest(runs));
        say(JSON.stringify(some.at(-1)));
      }
      const [first, last] = [some[0], some.at(-1)] as [Row, Row];
      const growth = last['ms/block'] / first['ms/block'];
      if (growth > mostGrowth) {
        const cache = `with a cache of ${first.dbcache} MB`;
        failures.push(`${cache}, a block takes ${growth.toFixed(1)} times as long`);
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

/** The time of the shortest, and the memory of the one that took most. */
function shortest(runs: readonly Row[]): Row {
  const [best] = [...runs].sort((a, b) => a['ms/block'] - b['ms/block']) as [Row];
  return { ...best, 'peak MB': Math.max(...runs.map((row) => row['peak MB'])) };
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
