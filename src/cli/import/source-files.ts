import { type Found, type FoundGarbage, scanFrames } from '../../node/storage/scan-frames.ts';
import type { Disk } from '../../outside/disk/disk.ts';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { CommandError } from '../command-error.ts';
import { quote } from '../quote.ts';
import { obfuscationKey, type ReadableFile, withoutObfuscation } from './obfuscated-file.ts';
import { chainOfMagic, type ForeignFacts } from './problem.ts';
import type { BlockPlace } from './waiting-blocks.ts';

/** What is found in a file: blocks and what is between them, or that it is no file of this chain. */
export type FoundInFile = Found | FoundForeign;

interface FoundForeign extends ForeignFacts {
  readonly kind: 'foreign';
  readonly end: number;
}

/** So many are kept open, for blocks that are read again. */
const MOST_OPEN = 8;
const MAGIC_SIZE = 4;

/** Files that are there. */
export interface Sources {
  readonly paths: readonly string[];
  readonly sizes: readonly number[];
}

/** Looks whether all files are there, before anything is done with one of them. */
export async function findSources(paths: readonly string[], disk: Disk): Promise<Sources> {
  const sizes: number[] = [];
  for (const path of paths) {
    const info = path === '-' ? undefined : await disk.stat(path);
    if (info === undefined) throw noSuchFile(path);
    if (info.kind === 'folder') {
      const inside = `${path.replace(/[/\\]+$/, '')}/blk*.dat`;
      const message = `${quote(path)} is a folder; name the files in it, such as ${inside}`;
      throw new CommandError('unreadable', message);
    }
    sizes.push(info.size);
  }
  return { paths, sizes };
}

function noSuchFile(path: string): CommandError {
  const message =
    path === '-'
      ? 'standard input cannot be imported, since blocks that come before their parents are read twice; save it to a file'
      : `there is no file ${quote(path)}`;
  return new CommandError('unreadable', message);
}

/** The files that blocks are imported from, by their numbers. */
export class SourceFiles {
  readonly paths: readonly string[];
  readonly #disk: Disk;
  readonly #magic: Uint8Array;
  /** Where each file would begin if they were one, and where the last one would end. */
  readonly #starts: readonly number[];
  /** The one that was used last comes last. */
  readonly #open = new Map<number, ReadableFile>();

  /** @param magic what every block of the chain has in front */
  constructor({ paths, sizes }: Sources, disk: Disk, magic: Uint8Array) {
    const starts = [0];
    for (const [i, size] of sizes.entries()) starts.push((starts[i] as number) + size);
    this.paths = paths;
    this.#starts = starts;
    this.#disk = disk;
    this.#magic = magic;
  }

  pathOf(file: number): string {
    return this.paths[file] as string;
  }

  /** How much of all files comes before this place, from 0 to 1. */
  fractionBefore(file: number, position: number): number {
    const total = this.#starts.at(-1) as number;
    return total === 0 ? 1 : ((this.#starts[file] as number) + position) / total;
  }

  async *scan(file: number): AsyncGenerator<FoundInFile, void, undefined> {
    const source = await this.#openFile(this.pathOf(file));
    try {
      yield* this.#scan(source);
    } finally {
      await source.close();
    }
  }

  async *#scan(source: ReadableFile): AsyncGenerator<FoundInFile, void, undefined> {
    const start = await source.read(0, MAGIC_SIZE);
    const foreign = { kind: 'foreign', from: 0, start, end: await source.size() } as const;
    // What begins with a block of another chain goes on with them: hours may be saved.
    if (chainOfMagic(start) !== undefined && !equalBytes(start, this.#magic)) {
      yield foreign;
      return;
    }
    const held: FoundGarbage[] = [];
    let isOurs = false;
    for await (const found of scanFrames(source, this.#magic)) {
      if (found.kind === 'garbage' && !isOurs) {
        held.push(found);
        continue;
      }
      isOurs = true;
      yield* held.splice(0);
      yield found;
    }
    if (!isOurs) yield foreign;
  }

  async read({ file, offset, length }: BlockPlace): Promise<Uint8Array> {
    const source = await this.#file(file);
    return source.read(offset, length);
  }

  async close(): Promise<void> {
    for (const file of this.#open.values()) await file.close();
    this.#open.clear();
  }

  async #file(number: number): Promise<ReadableFile> {
    const known = this.#open.get(number);
    const file = known ?? (await this.#openFile(this.pathOf(number)));
    this.#open.delete(number);
    this.#open.set(number, file);
    const [oldest] = this.#open.keys();
    if (this.#open.size > MOST_OPEN && oldest !== undefined) {
      await this.#open.get(oldest)?.close();
      this.#open.delete(oldest);
    }
    return file;
  }

  async #openFile(path: string): Promise<ReadableFile> {
    const file = await this.#disk.open(path, 'read');
    const key = await obfuscationKey(this.#disk, path);
    return key === undefined ? file : withoutObfuscation(file, key);
  }
}
