/**
 * How long an empty node takes to get a chain from another node on the same machine, compared with the
 * import of the same chain from a file.
 *
 * `--signed` is the chain of 50,000 signed inputs, `--empty` that of 20,000 empty blocks; both without.
 */
import { availableParallelism, cpus } from 'node:os';
import type { Bench } from './bench.ts';
import type { SyncFigures, Taken } from './measure-sync.ts';
import { emptyChain } from './plain-chains.ts';
import { runChild } from './run-child.ts';
import { startServingNode } from './serving-node.ts';
import { signedChain } from './signed-chain.ts';
import { least, median } from './summary.ts';

const INPUTS = 50_000;
const EMPTY_BLOCKS = 20_000;
/** What a sync may take at most, as a multiple of the import. */
const MAX_RATIO = 1.25;

interface SyncedChain {
  readonly name: string;
  /** The shorter it takes, the more a moment in which the machine does something else counts. */
  readonly rounds: number;
  readonly blocksFile: () => string;
}

const CHAINS: Readonly<Record<string, SyncedChain>> = {
  '--signed': {
    name: `${INPUTS} signed inputs`,
    rounds: 5,
    blocksFile: () => signedChain(INPUTS).blocksFile,
  },
  '--empty': {
    name: `${EMPTY_BLOCKS} empty blocks`,
    rounds: 24,
    blocksFile: () => emptyChain(EMPTY_BLOCKS),
  },
};

interface ChainFigures {
  readonly chain: string;
  readonly blocks: number;
  readonly rounds: number;
  readonly importSeconds: number;
  readonly syncSeconds: number;
  /** The fastest of all syncs, and of all imports. */
  readonly ratioBest: number;
  /** Of the syncs, each compared with the imports before and after it. */
  readonly ratioMedian: number;
  /** The same of the processor's time, of the node that syncs alone. */
  readonly cpuRatioMedian: number;
  readonly peakMemoryMb: number;
}

/** `npm run bench -- sync` */
export const benchSync: Bench = {
  options: Object.keys(CHAINS),
  async run({ json, given }) {
    const chosen = Object.keys(CHAINS).filter((name) => given.has(name));
    const machine = `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`;
    const all: ChainFigures[] = [];
    if (!json) console.log(`${machine}\n`);
    for (const name of chosen.length > 0 ? chosen : Object.keys(CHAINS)) {
      const figures = await measure(CHAINS[name] as SyncedChain);
      all.push(figures);
      if (!json) say(figures);
    }
    const isGood = all.every(({ ratioBest }) => ratioBest <= MAX_RATIO);
    if (json)
      console.log(JSON.stringify({ bench: 'sync', machine, maxRatio: MAX_RATIO, chains: all }));
    else console.log(`at most ${MAX_RATIO}: ${isGood ? 'ok' : 'TOO SLOW'}`);
    return isGood;
  },
};

async function measure({ name, rounds, blocksFile }: SyncedChain): Promise<ChainFigures> {
  const file = blocksFile();
  const server = await startServingNode(file);
  const { port, height } = server;
  try {
    const given = { blocksFile: file, port, height, rounds };
    const { answer, peakMemoryMb } = await runChild('sync', given);
    const { imports, syncs } = answer;
    const [importSeconds, syncSeconds] = [imports, syncs].map((taken) =>
      least(taken.map(({ seconds }) => seconds)),
    ) as [number, number];
    return {
      chain: name,
      blocks: height,
      rounds,
      importSeconds,
      syncSeconds,
      ratioBest: syncSeconds / importSeconds,
      ratioMedian: median(ratios(answer, ({ seconds }) => seconds)),
      cpuRatioMedian: median(ratios(answer, ({ cpuSeconds }) => cpuSeconds)),
      peakMemoryMb,
    };
  } finally {
    await server.stop();
  }
}

/** So that a machine that gets slower or faster favours neither. */
function ratios({ imports, syncs }: SyncFigures, of: (taken: Taken) => number): readonly number[] {
  return syncs.map((sync, round) => {
    const [before, after] = imports.slice(round, round + 2) as [Taken, Taken];
    return of(sync) / ((of(before) + of(after)) / 2);
  });
}

function say(figures: ChainFigures): void {
  const { chain, blocks, rounds, importSeconds, syncSeconds, peakMemoryMb } = figures;
  const [best, middle, cpu] = [figures.ratioBest, figures.ratioMedian, figures.cpuRatioMedian].map(
    (ratio) => ratio.toFixed(3),
  );
  console.log(`${chain} in ${blocks} blocks, ${rounds} rounds:`);
  console.log(`  import ${importSeconds.toFixed(2)} s, sync ${syncSeconds.toFixed(2)} s`);
  console.log(`  sync / import: best ${best}, median ${middle}; of processor time ${cpu}`);
  console.log(`  peak memory ${peakMemoryMb.toFixed(0)} MB\n`);
}
