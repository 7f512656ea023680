/** How much longer an import takes than the signature checks that nobody can do without. */
import { availableParallelism } from 'node:os';
import { verifyThreads } from '../src/node/verify/verify-threads.ts';
import type { CurveBackend } from '../src/protocol/crypto/curve/curve.ts';
import type { RatioFigures } from './measure-ratio.ts';
import { runChild } from './run-child.ts';
import { signedChain } from './signed-chain.ts';
import { least, median } from './summary.ts';

const INPUTS = 50_000;
const ROUNDS = 6;
/** What an import may take at most, as a multiple of the bare checks. */
export const MAX_RATIO = 1.3;

export interface SpeedFigures {
  readonly backend: CurveBackend;
  readonly threads: number;
  readonly inputs: number;
  readonly checks: number;
  readonly rounds: number;
  readonly bareSeconds: number;
  readonly importSeconds: number;
  /** The fastest of all imports, and of all runs of the checks. */
  readonly ratioBest: number;
  /** Of the imports, each compared with the checks before and after it. */
  readonly ratioMedian: number;
  /** The first import of the process, whose code has to be compiled while it runs. */
  readonly ratioFirst: number;
  readonly peakMemoryMb: number;
}

/** With as many threads as there are by default, and with one if that is another number. */
export async function measureSpeed(): Promise<readonly SpeedFigures[]> {
  const most = verifyThreads(undefined, availableParallelism());
  const figures: SpeedFigures[] = [];
  for (const threads of new Set([most, 1])) figures.push(await measure(threads, ROUNDS));
  return figures;
}

/** The slow backends, for the record: there the checks are nearly all that counts. */
export async function measureBackends(): Promise<readonly SpeedFigures[]> {
  const threads = verifyThreads(undefined, availableParallelism());
  return [await measure(threads, 1, 'wasm'), await measure(threads, 1, 'pure')];
}

async function measure(
  threads: number,
  rounds: number,
  wanted?: CurveBackend,
): Promise<SpeedFigures> {
  const chain = signedChain(INPUTS);
  const given = { chain, threads, rounds };
  const { answer, peakMemoryMb } = await runChild('ratio', given, { backend: wanted });
  const { backend, checks, bare, imports } = answer;
  const ratios = imports.map((seconds, round) => seconds / bareAround(round, answer));
  return {
    backend,
    threads,
    inputs: INPUTS,
    checks,
    rounds,
    bareSeconds: least(bare),
    importSeconds: least(imports),
    ratioBest: least(imports) / least(bare),
    ratioMedian: median(ratios),
    ratioFirst: ratios[0] ?? Number.NaN,
    peakMemoryMb,
  };
}

/** So that a machine that gets slower or faster favours neither. */
function bareAround(round: number, { bare }: RatioFigures): number {
  return ((bare[round] ?? Number.NaN) + (bare[round + 1] ?? Number.NaN)) / 2;
}
