import { curveBackend } from '#curve';
import type { CurveBackend } from '../src/protocol/crypto/curve/curve.ts';
import { BareThreads } from './bare-threads.ts';
import { importChain } from './import-chain.ts';
import type { SignedChain } from './signed-chain.ts';

export interface RatioOptions {
  readonly chain: SignedChain;
  readonly threads: number;
  readonly rounds: number;
}

/** In seconds, and in turns: an import stands between two runs of the checks. */
export interface RatioFigures {
  readonly backend: CurveBackend;
  readonly checks: number;
  /** One more than there are imports. */
  readonly bare: readonly number[];
  /** The first one begins with code that has never run. */
  readonly imports: readonly number[];
}

/** Times imports of a chain, and the bare checks of its signatures on as many threads. */
export async function measureRatio(options: RatioOptions): Promise<RatioFigures> {
  const { chain, threads, rounds } = options;
  const { blocksFile, checksFile } = chain;
  const bareThreads = await BareThreads.start(threads, checksFile);
  const bare = [await bareThreads.run()];
  const imports: number[] = [];
  for (let round = 0; round < rounds; round++) {
    imports.push((await importChain({ blocksFile, threads })).seconds);
    bare.push(await bareThreads.run());
  }
  await bareThreads.close();
  return { backend: curveBackend(), checks: bareThreads.checks, bare, imports };
}
