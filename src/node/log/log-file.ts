import type { Disk, DiskFile } from '../../outside/disk/disk.ts';
import { DiskError } from '../../outside/disk/disk-error.ts';
import { parentPath } from '../../outside/disk/disk-path.ts';
import { replaceFile } from '../../outside/disk/whole-file.ts';

/** A file of lines that grows. */
export interface LogFile {
  /** Takes a line, its end included. It is written soon, after those before it. */
  write(line: string): void;
  /** Opens the file of that name anew: somebody has moved the old one away. */
  reopen(): void;
  /** Writes what is left, and ends. */
  close(): Promise<void>;
}

export interface LogFileOptions {
  /** Whether a file that has grown too long loses its beginning: `-shrinkdebugfile`. */
  readonly shrink?: boolean;
}

/** As in Bitcoin Core: from 11 MB on, the last 10 are kept. */
const SHRINK_ABOVE = 11_000_000;
const KEPT_BYTES = 10_000_000;
/** Characters that may wait for a slow disk. What comes when there are more is lost, and counted. */
const MOST_WAITING = 16_000_000;
const ONLY_OWNER = { permissions: 0o600 };
const NEW_START = '\n\n\n\n\n';

/**
 * Opens a log, and makes it where there is none. From then on nothing that the disk does is a failure:
 * lines that it does not take are missing, and the next one that it takes is preceded by their number.
 *
 * @throws DiskError if it cannot be opened
 * @example
 * const file = await openLogFile(disk, '/data/regtest/debug.log', { shrink: true });
 * file.write('2026-11-20T08:00:00Z Done loading\n');
 * await file.close();
 */
export async function openLogFile(
  disk: Disk,
  path: string,
  { shrink = false }: LogFileOptions = {},
): Promise<LogFile> {
  await disk.makeFolder(parentPath(path), { permissions: 0o700 });
  if (shrink) await shorten(disk, path);
  const appender = new Appender(disk, path, await openEnd(disk, path));
  // So that one sees where one run ends and the next begins.
  appender.write(NEW_START);
  return appender;
}

interface OpenEnd {
  readonly file: DiskFile;
  size: number;
}

async function openEnd(disk: Disk, path: string): Promise<OpenEnd> {
  const file = await disk.open(path, 'create', ONLY_OWNER);
  return { file, size: await file.size() };
}

/** Writes whatever has come together in one step, and then what has come meanwhile. */
class Appender implements LogFile {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #encoder = new TextEncoder();
  #end: OpenEnd;
  #lines: string[] = [];
  #waiting = 0;
  #lost = 0;
  #isMoved = false;
  #isClosed = false;
  #writing: Promise<void> | undefined;

  constructor(disk: Disk, path: string, end: OpenEnd) {
    this.#disk = disk;
    this.#path = path;
    this.#end = end;
  }

  write(line: string): void {
    if (this.#isClosed) return;
    if (this.#waiting >= MOST_WAITING) {
      this.#lost++;
      return;
    }
    this.#lines.push(line);
    this.#waiting += line.length;
    this.#writing ??= this.#writeAll();
  }

  reopen(): void {
    this.#isMoved = true;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#writing;
    await this.#end.file.close();
  }

  async #writeAll(): Promise<void> {
    // What is said in one breath is written together.
    await undefined;
    while (this.#lines.length > 0) {
      const lines = this.#lines;
      this.#lines = [];
      this.#waiting = 0;
      await this.#append(lines);
    }
    this.#writing = undefined;
  }

  async #append(lines: readonly string[]): Promise<void> {
    const missing = this.#lost === 0 ? '' : `(${this.#lost} lines are missing here)\n`;
    try {
      await this.#followName();
      const bytes = this.#encoder.encode(missing + lines.join(''));
      await this.#end.file.write(this.#end.size, bytes);
      this.#end.size += bytes.length;
      if (missing !== '') this.#lost = 0;
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.#lost += lines.length;
      // It may have taken a part.
      await this.#end.file.truncate(this.#end.size).catch(() => {});
    }
  }

  async #followName(): Promise<void> {
    if (!this.#isMoved) return;
    this.#isMoved = false;
    const old = this.#end.file;
    this.#end = await openEnd(this.#disk, this.#path);
    await old.close();
  }
}

/** A log that cannot be shortened is no reason not to start. */
async function shorten(disk: Disk, path: string): Promise<void> {
  try {
    const size = (await disk.stat(path))?.size ?? 0;
    if (size <= SHRINK_ABOVE) return;
    const file = await disk.open(path, 'read');
    try {
      const bytes = await file.read(size - KEPT_BYTES, KEPT_BYTES);
      await replaceFile(disk, path, bytes, ONLY_OWNER);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
}
