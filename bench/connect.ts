/**
 * How fast chains are imported into an empty folder.
 *
 * `--speed` compares with the bare signature checks, `--backends` too, by the slow backends of the
 * curve; `--empty` counts blocks a second. Without any of them, all are measured but the slow backends.
 * What more coins cost is a trial, `npm run trial -- growth`.
 */
import { availableParallelism, cpus } from 'node:os';
import type { Bench } from './bench.ts';
import { MIN_BLOCKS_A_SECOND, measureEmptyBlocks } from './connect-empty.ts';
import { MAX_RATIO, measureBackends, measureSpeed, type SpeedFigures } from './connect-speed.ts';

type Say = (line: string) => void;

/** A part answers with its figures, and whether they are good enough. */
type Part = (say: Say) => Promise<{ readonly figures: unknown; readonly isGood: boolean }>;

const PARTS: Readonly<Record<string, Part>> = {
  '--speed': async (say) => {
    const figures = await measureSpeed();
    sayRatios(figures, say);
    const isGood = figures.every(({ ratioBest }) => ratioBest <= MAX_RATIO);
    say(`at most ${MAX_RATIO}: ${isGood ? 'ok' : 'TOO SLOW'}\n`);
    return { figures, isGood };
  },
  '--empty': async (say) => {
    const figures = await measureEmptyBlocks();
    const { blocks, blocksASecond, medianBlocksASecond } = figures;
    const isGood = blocksASecond >= MIN_BLOCKS_A_SECOND;
    const rate = `best ${Math.round(blocksASecond)}, median ${Math.round(medianBlocksASecond)}`;
    say(`${blocks} empty blocks, imported into an empty folder: ${rate} a second`);
    say(`at least ${MIN_BLOCKS_A_SECOND}: ${isGood ? 'ok' : 'TOO SLOW'}\n`);
    return { figures, isGood };
  },
  '--backends': async (say) => {
    const figures = await measureBackends();
    sayRatios(figures, say);
    return { figures, isGood: true };
  },
};

/** `npm run bench -- connect` */
export const benchConnect: Bench = {
  options: Object.keys(PARTS),
  async run({ json, given }) {
    const chosen = Object.keys(PARTS).filter((part) => given.has(part));
    const parts = chosen.length > 0 ? chosen : ['--speed', '--empty'];
    const machine = `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`;
    const report: Record<string, unknown> = { bench: 'connect', machine };
    const say: Say = json ? () => {} : (line) => console.log(line);
    say(`${machine}\n`);
    let isGood = true;
    for (const name of parts) {
      const result = await (PARTS[name] as Part)(say);
      report[name.slice(2)] = result.figures;
      isGood &&= result.isGood;
    }
    if (json) console.log(JSON.stringify(report));
    return isGood;
  },
};

function sayRatios(figures: readonly SpeedFigures[], say: Say): void {
  for (const each of figures) {
    const { inputs, checks, backend, threads, rounds, bareSeconds, importSeconds } = each;
    const curve = `${backend} curve, ${threads} thread${threads === 1 ? '' : 's'}`;
    say(`${inputs} signed inputs (${checks} signature checks), ${curve}, ${rounds} rounds:`);
    say(`  the checks alone ${bareSeconds.toFixed(2)} s, the import ${importSeconds.toFixed(2)} s`);
    const [best, middle, first] = [each.ratioBest, each.ratioMedian, each.ratioFirst].map((ratio) =>
      ratio.toFixed(3),
    );
    say(`  import / checks: best ${best}, median ${middle}, the first of the process ${first}`);
    say(`  peak memory ${each.peakMemoryMb.toFixed(0)} MB`);
  }
}
