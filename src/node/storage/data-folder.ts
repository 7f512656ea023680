import type { Disk, FolderLock } from '../../outside/disk/disk.ts';
import { joinPath } from '../../outside/disk/disk-path.ts';
import { readFile, replaceFile } from '../../outside/disk/whole-file.ts';
import { FORMAT, readFormat, writeFormat } from './format-file.ts';
import { attempt, isNotFound, REINDEX, StorageError } from './storage-error.ts';

/** What is in the folder of a chain, laid out as Bitcoin Core does. */
const FORMAT_FILE = 'format';
const BLOCKS = 'blocks';
const CHAINSTATE = 'chainstate';
const INDEXES = 'indexes';

export interface DataFolderOptions {
  /** What tells the chain from others: its name and the hash of its first block. */
  readonly chain: string;
  /** Everything but the blocks is about to be built anew: damage to the format file is mended. */
  readonly rebuild?: boolean;
  /** A lock that somebody holds already ({@link lockDataFolder}), and goes on holding after the end. */
  readonly lock?: FolderLock | undefined;
  /** The folder of block files, where they are kept elsewhere: `-blocksdir`. */
  readonly blocksFolder?: string | undefined;
}

/** The folder of a chain, which nobody else can open until it is closed. */
export interface DataFolder {
  readonly path: string;
  /** Block files and undo files. */
  readonly blocks: string;
  /** The store of what is known of blocks. */
  readonly blockIndex: string;
  /** The store of coins. */
  readonly chainstate: string;
  /** The folder with the store of an index. */
  index(name: string): string;
  close(): Promise<void>;
}

/**
 * Opens the folder of a chain, and makes it where there is none: locks it, and checks that this version
 * of this program may use it.
 *
 * @example
 * const folder = await openDataFolder(disk, '/data/regtest', { chain: 'regtest 0f9188f1...' });
 */
export function openDataFolder(
  disk: Disk,
  path: string,
  options: DataFolderOptions,
): Promise<DataFolder> {
  return attempt(async () => {
    const lock = options.lock ?? (await lockDataFolder(disk, path, options));
    // Whoever brings the lock lets go of it.
    const release = async (): Promise<void> => {
      if (options.lock === undefined) await lock.release();
    };
    const folder = dataFolder(path, options, release);
    try {
      const { blocks, chainstate } = folder;
      for (const made of [joinPath(path, BLOCKS), blocks, chainstate, joinPath(path, INDEXES)]) {
        await disk.makeFolder(made);
      }
    } catch (error) {
      await release();
      throw error;
    }
    return folder;
  });
}

/**
 * Locks the folder of a chain, and makes it where there is none, before anything is opened in it: for
 * whoever writes files there that are not the chain's.
 *
 * @throws DiskError `locked` if somebody else has it
 * @throws StorageError if it is not for this chain, or not for this program
 */
export async function lockDataFolder(
  disk: Disk,
  path: string,
  options: DataFolderOptions,
): Promise<FolderLock> {
  // As Bitcoin Core does: what is in it says what its owner pays and is paid.
  await disk.makeFolder(path, { permissions: 0o700 });
  // Before the lock, which would already be a change to a folder that is not ours.
  const isNew = await checkFormat(disk, path, options);
  const lock = await disk.lock(path);
  try {
    // Somebody may have made it, or mended it, in between.
    if (isNew && (await checkFormat(disk, path, options))) {
      await writeFormatFile(disk, path, options);
    }
  } catch (error) {
    await lock.release();
    throw error;
  }
  return lock;
}

function dataFolder(
  path: string,
  { blocksFolder = joinPath(path, BLOCKS) }: DataFolderOptions,
  release: () => Promise<void>,
): DataFolder {
  return {
    path,
    blocks: blocksFolder,
    blockIndex: joinPath(path, BLOCKS, 'index'),
    chainstate: joinPath(path, CHAINSTATE),
    index: (name) => joinPath(path, INDEXES, name),
    close: () => attempt(release),
  };
}

/** Refuses a folder that is not for us, and answers whether the format file is to be written. */
async function checkFormat(
  disk: Disk,
  path: string,
  { chain, rebuild }: DataFolderOptions,
): Promise<boolean> {
  const file = joinPath(path, FORMAT_FILE);
  let bytes = await readIfThere(disk, file);
  if (bytes === undefined) {
    const others = (await disk.list(path)).filter(({ name }) => OURS.has(name));
    if (others.length === 0) return true;
    // Somebody who makes the folder right now writes this file before all others.
    bytes = await readIfThere(disk, file);
  }
  if (bytes === undefined) {
    const reason = `another program, such as Bitcoin Core, made it; choose another folder with --datadir`;
    throw new StorageError('foreign', path, `cannot use ${path}: ${reason}`);
  }
  const found = readFormat(bytes);
  if (found === undefined) {
    if (rebuild === true) return true;
    throw new StorageError('corrupt', file, `${file} is damaged; ${REINDEX}`);
  }
  if (found.format > FORMAT) {
    const reason = `a later version of this program made it (format ${found.format}, and this one knows up to ${FORMAT})`;
    throw new StorageError(
      'newer-version',
      path,
      `cannot use ${path}: ${reason}; use that version, or another folder`,
    );
  }
  if (found.chain !== chain) {
    const reason = `it is for another chain (${found.chain}, not ${chain})`;
    throw new StorageError(
      'foreign',
      path,
      `cannot use ${path}: ${reason}; choose another folder with --datadir`,
    );
  }
  return false;
}

/** Names that Bitcoin Core has in its folders too. */
const OURS: ReadonlySet<string> = new Set([BLOCKS, CHAINSTATE, INDEXES]);

async function readIfThere(disk: Disk, path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(disk, path);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function writeFormatFile(disk: Disk, path: string, { chain }: DataFolderOptions): Promise<void> {
  const bytes = writeFormat({ format: FORMAT, chain });
  return replaceFile(disk, joinPath(path, FORMAT_FILE), bytes, { permissions: 0o600 });
}
