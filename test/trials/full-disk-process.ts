/** The command `blockyard`, on a disk that fills up: see `full-disk.ts`. */
import { writeSync } from 'node:fs';
import { processIo } from '../../src/cli/process-io.ts';
import { runCommand } from '../../src/cli/run-command.ts';
import { REPORT_STREAM } from './child.ts';
import { type FillPoint, fillUp, WriteCounter } from './filling-disk.ts';

export interface FullDiskTask {
  readonly words: readonly string[];
  readonly ballast: string;
  readonly point: FillPoint | undefined;
  /** Small, so that tables are made often. */
  readonly writeBufferBytes: number;
}

const { words, ballast, point, writeBufferBytes } = JSON.parse(
  process.argv[2] as string,
) as FullDiskTask;
const io = processIo();
const counter = new WriteCounter(point, (spare) => fillUp(ballast, spare));
const disk = counter.watchDisk(io.disk);
const openStore = counter.watchStores(io.openStore, writeBufferBytes);
process.exitCode = await runCommand(words, { ...io, disk, openStore });
writeSync(REPORT_STREAM, JSON.stringify(counter.counts));
