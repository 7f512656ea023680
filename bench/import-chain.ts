import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { BlockImport } from '../src/cli/import/block-import.ts';
import { findSources, SourceFiles } from '../src/cli/import/source-files.ts';
import { openChain } from '../src/node/open-chain.ts';
import { regtest } from '../src/protocol/params/regtest.ts';
import { systemDoors } from './system-doors.ts';

export interface ImportOptions {
  /** A file of framed blocks of regtest, as `blockyard import` takes it. */
  readonly blocksFile: string;
  /** Threads that verify scripts; the default of the command where there is no number. */
  readonly threads?: number | undefined;
  /** The memory that coins may take; the default of the command likewise. */
  readonly dbcacheMb?: number | undefined;
  /** Heights to take the time at. */
  readonly marks?: readonly number[];
}

export interface ImportFigures {
  readonly height: number;
  /** From before the empty folder was opened until after it was closed, with all of it on the disk. */
  readonly seconds: number;
  /** For each mark, when its block had become the tip. */
  readonly marks: readonly number[];
  /** The longest time that the event loop did not turn. */
  readonly longestTurnMs: number;
}

const MIB = 1024 * 1024;
/** A monitor that looks every 5 ms finds the loop 5 ms late when it is not late at all. */
const MONITOR_MS = 5;

/** Imports a chain into an empty folder, as the command does it. */
export async function importChain(options: ImportOptions): Promise<ImportFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'blockyard-import-'));
  try {
    return await importInto(folder, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same into a folder that is given, and kept. */
export async function importInto(folder: string, options: ImportOptions): Promise<ImportFigures> {
  const { blocksFile, threads, dbcacheMb, marks = [] } = options;
  const doors = systemDoors();
  const delays = monitorEventLoopDelay({ resolution: MONITOR_MS });
  delays.enable();
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 1000;
  const { chain, close } = await openChain(
    {
      params: regtest,
      dataFolder: folder,
      expectsBlocks: true,
      ...(threads !== undefined && { par: threads }),
      ...(dbcacheMb !== undefined && { dbcacheBytes: dbcacheMb * MIB }),
    },
    doors,
  );
  const times = new Map<number, number>();
  chain.on((event) => {
    if (event.kind !== 'connected' || !marks.includes(event.node.height)) return;
    times.set(event.node.height, elapsed());
  });
  const files = new SourceFiles(
    await findSources([blocksFile], doors.disk),
    doors.disk,
    regtest.magic,
  );
  await new BlockImport({
    chain,
    files,
    signal: new AbortController().signal,
    onProgress: () => {},
    onProblem: ({ message }) => {
      throw new Error(message);
    },
  }).run();
  await files.close();
  const { height } = chain.tip;
  await close();
  const seconds = elapsed();
  return {
    height,
    seconds,
    marks: marks.map((mark) => times.get(mark) ?? Number.NaN),
    longestTurnMs: delays.max / 1e6 - MONITOR_MS,
  };
}
