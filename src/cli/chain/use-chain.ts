/** Opens the chain that a command is about, and closes it again, whatever happens in between. */
import { ChainError } from '../../node/chain/chain-error.ts';
import type { StartProgress } from '../../node/chain/chain-options.ts';
import { type OpenChainOptions, type OpenedChain, openChain } from '../../node/open-chain.ts';
import { joinPath } from '../../outside/disk/disk-path.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { CommandError } from '../command-error.ts';
import { EXIT_FAILURE, EXIT_OK, EXIT_STOPPED, type ExitCode } from '../exit-code.ts';
import { findChain } from '../find-chain.ts';
import { importFiles } from '../import/import-files.ts';
import { findSources } from '../import/source-files.ts';
import type { Io } from '../io.ts';
import { limitedLines } from '../limited-lines.ts';
import { Progress } from '../progress.ts';
import { DEFAULT_DATADIR } from '../table/chain-options.ts';
import { UsageError } from '../usage-error.ts';

/** What `PLACE_OPTIONS` say. */
export interface PlaceArguments {
  readonly chain: string;
  readonly datadir: string;
  readonly memory: boolean;
  readonly json: boolean;
  readonly quiet?: boolean;
  readonly dbcache?: number | undefined;
  readonly par?: number | undefined;
}

/** What `LOOK_OPTIONS` say. */
export interface LookArguments extends PlaceArguments {
  readonly import: readonly string[];
}

/** What a command is given of a chain. */
export interface ChainInUse extends OpenedChain {
  /** What the user typed to name it, for lines to be copied: `--chain regtest`. */
  readonly named: string;
  /** Where somebody looked for the chain, and found nothing. */
  readonly emptyFolder: string | undefined;
  /** Fires when somebody wants the command to end. */
  readonly signal: AbortSignal;
}

/** How the chain is to be opened, beside what its place says. */
type Manner = { readonly [K in MannerKey]?: OpenChainOptions[K] | undefined };
type MannerKey = Exclude<keyof OpenChainOptions, 'params' | 'dataFolder' | 'par' | 'dbcacheBytes'>;

/**
 * Opens a chain to change it.
 *
 * @example
 * return useChain(args, io, {}, async ({ chain }) => {
 *   await importFiles(args.file, chain, io, manner);
 *   return EXIT_OK;
 * });
 */
export async function useChain<T>(
  args: PlaceArguments,
  io: Io,
  manner: Manner,
  use: (opened: ChainInUse) => Promise<T>,
): Promise<T> {
  const params = await findChain(args.chain, io);
  const dataFolder = args.memory ? undefined : dataFolderOf(args.datadir, io);
  return usePlace({ params, dataFolder, emptyFolder: undefined }, args, io, manner, use);
}

interface ChosenPlace {
  readonly params: ChainParams;
  readonly dataFolder: string | undefined;
  readonly emptyFolder: string | undefined;
}

async function usePlace<T>(
  { params, dataFolder, emptyFolder }: ChosenPlace,
  args: PlaceArguments,
  io: Io,
  manner: Manner,
  use: (opened: ChainInUse) => Promise<T>,
): Promise<T> {
  const { dbcache, par } = args;
  const dbcacheBytes = dbcache === undefined ? undefined : dbcache * 1024 * 1024;
  const options = withoutUndefined({ dataFolder, par, dbcacheBytes, ...manner });
  const stop = new AbortController();
  const stopListening = io.onStop(() => stop.abort());
  try {
    const { signal } = stop;
    const opened = await open({ params, ...options, signal }, args, io);
    return await closing(opened, () =>
      use({ ...opened, named: namedBy(args), emptyFolder, signal }),
    );
  } finally {
    stopListening();
  }
}

/** Closes the chain after it has been used. Of several things that go wrong, the first is told. */
async function closing<T>(opened: OpenedChain, use: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await use();
  } catch (error) {
    await opened.close().catch(() => {});
    throw error;
  }
  await opened.close();
  return result;
}

/**
 * Opens a chain to look at it. Where there is none yet, nothing is made: its first block is known all
 * the same. With `--memory --import`, it is made of what is in some files.
 */
export async function lookAtChain(
  args: LookArguments,
  io: Io,
  look: (opened: ChainInUse) => Promise<ExitCode>,
): Promise<ExitCode> {
  if (args.import.length > 0 && !args.memory) {
    const message = '--import goes with --memory; blockyard import FILE keeps what it reads';
    throw new UsageError('bad-value', message);
  }
  const params = await findChain(args.chain, io);
  const sources = await findSources(args.import, io.disk);
  const place = await placeToLook(params, args, io);
  return usePlace(place, args, io, {}, async (opened) => {
    let exitCode: ExitCode = EXIT_OK;
    if (args.import.length > 0) {
      const manner = { quiet: args.quiet ?? false, silent: args.json };
      const { stopped, problemCount } = await importFiles(sources, opened, io, manner);
      if (stopped) return EXIT_STOPPED;
      if (problemCount > 0) exitCode = EXIT_FAILURE;
    }
    const looked = await look(opened);
    return looked === EXIT_OK ? exitCode : looked;
  });
}

/** Says that there is nothing to look at, for those who have mistyped a folder or a chain. */
export function noteIfEmpty({ emptyFolder }: ChainInUse, { err }: Pick<Io, 'err'>): void {
  if (emptyFolder === undefined) return;
  err.write(`There is nothing in ${emptyFolder} yet: this is the first block, and no more.\n`);
}

/** The data folder that somebody named. A shell leaves the `~` of `--datadir=~/x` as it is. */
export function dataFolderOf(datadir: string, { home }: Pick<Io, 'home'>): string {
  if (datadir === '') throw new UsageError('bad-value', '--datadir is empty; name a folder');
  if (datadir === '~') return home;
  return /^~[/\\]/.test(datadir) ? joinPath(home, datadir.slice(2)) : datadir;
}

/** Where there is nothing, a chain in memory shows what there would be at first. */
async function placeToLook(
  params: ChainParams,
  { memory, datadir }: PlaceArguments,
  io: Io,
): Promise<ChosenPlace> {
  if (memory) return { params, dataFolder: undefined, emptyFolder: undefined };
  const dataFolder = dataFolderOf(datadir, io);
  const folder = joinPath(dataFolder, params.name);
  const isThere = (await io.disk.stat(joinPath(folder, 'blocks'))) !== undefined;
  return isThere
    ? { params, dataFolder, emptyFolder: undefined }
    : { params, dataFolder: undefined, emptyFolder: folder };
}

/** What is not given is left to others to decide. */
function withoutUndefined<T extends object>(
  options: T,
): { readonly [K in keyof T]?: Exclude<T[K], undefined> } {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** Opening takes a while after a crash, and very long with a reindex. */
async function open(
  options: OpenChainOptions,
  { quiet, json }: PlaceArguments,
  io: Io,
): Promise<OpenedChain> {
  const progress = new Progress({ title: 'Opening', quiet: (quiet ?? false) || json }, io);
  const onProgress = ({ kind, done, total }: StartProgress): void =>
    progress.update({ fraction: done / total, detail: START_STEPS[kind] });
  const onNotice = limitedLines((line) => progress.say(line));
  try {
    const opened = await openChain({ ...options, onProgress, onNotice }, io);
    if (options.signal?.aborted !== true) return opened;
    await opened.close();
    throw stoppedError('before the chain was open');
  } catch (error) {
    if (!(error instanceof ChainError && error.code === 'stopped')) throw error;
    throw stoppedError('before the chain was open');
  } finally {
    progress.end();
  }
}

const START_STEPS: Readonly<Record<StartProgress['kind'], string>> = {
  reading: 'reading block files',
  checking: 'checking the last blocks',
  connecting: 'connecting blocks',
};

/** What becomes of a command that somebody has ended, if it has no answer then. */
export function stoppedError(when: string): CommandError {
  return new CommandError('stopped', `stopped ${when}; nothing is lost`);
}

/** How to name the same chain in the same place again. */
function namedBy({ chain, datadir }: PlaceArguments): string {
  const place = datadir === DEFAULT_DATADIR ? '' : ` --datadir ${datadir}`;
  return `--chain ${chain}${place}`;
}
