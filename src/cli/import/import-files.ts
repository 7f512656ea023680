import type { Chain } from '../../node/chain/chain.ts';
import type { Io } from '../io.ts';
import { limitedLines } from '../limited-lines.ts';
import { grouped } from '../plain-words.ts';
import { Progress } from '../progress.ts';
import { BlockImport, type ImportCounts } from './block-import.ts';
import type { Problem } from './problem.ts';
import { SourceFiles, type Sources } from './source-files.ts';

export interface ImportOutcome extends ImportCounts {
  readonly seconds: number;
  /** The first of all that is wrong, and how much that is. */
  readonly problems: readonly Problem[];
  readonly problemCount: number;
  /** Whether somebody stopped it. */
  readonly stopped: boolean;
}

export interface ImportManner {
  /** Show no progress. */
  readonly quiet: boolean;
  /** Say nothing at all until the end. */
  readonly silent: boolean;
}

/** Of everything that is wrong, so much is remembered. */
const MOST_KEPT = 1000;

/**
 * Imports blocks from files into a chain, and shows how far it is. What is wrong with a file is said in
 * a line on standard error, and is no reason to end.
 */
export async function importFiles(
  sources: Sources,
  { chain, signal }: { readonly chain: Chain; readonly signal: AbortSignal },
  io: Io,
  { quiet, silent }: ImportManner,
): Promise<ImportOutcome> {
  const files = new SourceFiles(sources, io.disk, chain.params.magic);
  const started = io.clock.monotonic();
  const progress = new Progress({ title: 'Importing', unit: 'blocks', quiet: quiet || silent }, io);
  const problems: Problem[] = [];
  let problemCount = 0;
  const say = limitedLines((line) => progress.say(line));
  const onProblem = (problem: Problem): void => {
    problemCount++;
    if (problems.length < MOST_KEPT) problems.push(problem);
    if (!silent) say(problem.message);
  };
  try {
    const counts = await new BlockImport({
      chain,
      files,
      signal,
      onProblem,
      onProgress: (fraction, { added, known }) => {
        const detail = `height ${grouped(chain.tip.height)}`;
        progress.update({ fraction, count: added + known, detail });
      },
    }).run();
    await chain.flush();
    const seconds = (io.clock.monotonic() - started) / 1000;
    const stopped = signal.aborted;
    if (silent) for (const { message } of problems) say(message);
    return { ...counts, seconds, problems, problemCount, stopped };
  } finally {
    progress.end();
    await files.close();
  }
}
