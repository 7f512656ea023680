/** Where a chain is kept: in the folders and files that Bitcoin Core has for it, or in memory. */
import type { Disk, FolderLock } from '../../outside/disk/disk.ts';
import { parentPath } from '../../outside/disk/disk-path.ts';
import { MemoryDisk } from '../../outside/disk/memory-disk.ts';
import { removeIfThere } from '../../outside/disk/whole-file.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import {
  BlockFiles,
  blockFilePath,
  type KnownFrames,
  listBlockFiles,
  undoFilePath,
} from '../storage/block-files.ts';
import { type DataFolder, openDataFolder } from '../storage/data-folder.ts';
import type { KeyValueStore, OpenStore, StoreOptions } from '../storage/key-value-store.ts';
import { MemoryStore } from '../storage/memory-store.ts';
import { attempt } from '../storage/storage-error.ts';
import { hasNoBlocks, isReindexing } from './block-index-store.ts';
import type { ChainOptions, ChainOutside, StartProgress } from './chain-options.ts';
import { rebuildBlockIndex } from './rebuild-index.ts';

const REINDEX_COINS = 'run with --reindex-chainstate to build it anew from the blocks';

/** A place that is ours alone until it is closed. */
export interface ChainPlace extends Pick<ChainOptions, 'stores' | 'openFiles'> {
  readonly close: () => Promise<void>;
}

/**
 * - `blocks`: the block index and the coins are made anew, from the block files
 * - `coins`: the coins are made anew, from the blocks that the index knows
 */
export type Reindex = 'blocks' | 'coins';

export interface FolderOptions {
  readonly params: ChainParams;
  /** The folder of this chain. */
  readonly folder: string;
  /** A lock on it that the caller holds, and keeps. */
  readonly lock?: FolderLock | undefined;
  /** Where block files are, if not in it. */
  readonly blocksFolder?: string | undefined;
  readonly reindex?: Reindex | undefined;
  /** Whether blocks are pruned here: files that nothing is known of are then removed. */
  readonly isPruned: boolean;
  readonly onProgress?: ((progress: StartProgress) => void) | undefined;
  /** Hears, in a line each, of what is not as it should be and does no harm. */
  readonly onNotice?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface FolderOutside extends ChainOutside {
  readonly disk: Disk;
  readonly openStore: OpenStore;
}

/** A place that leaves no trace. */
export function memoryPlace({ magic }: ChainParams): ChainPlace {
  const disk = new MemoryDisk();
  return {
    stores: { index: new MemoryStore(), coins: new MemoryStore() },
    openFiles: (known) => BlockFiles.open(disk, '/blocks', known, { magic }),
    close: async () => {},
  };
}

/** What tells a chain from others in its folder: its name, and the hash of its first block. */
export function chainMark({ name, genesis }: ChainParams): string {
  return `${name} ${toReversedHex(blockHash(genesis))}`;
}

/** Opens a folder, and makes it where there is none. A reindex is done here, as far as it is one. */
export async function openFolder(
  options: FolderOptions,
  outside: FolderOutside,
): Promise<ChainPlace> {
  const { params, reindex, lock, blocksFolder } = options;
  const chain = chainMark(params);
  const rebuild = reindex === 'blocks';
  const folder = await openDataFolder(outside.disk, options.folder, {
    ...{ chain, rebuild, lock, blocksFolder },
  });
  const open: KeyValueStore[] = [];
  const close = async (): Promise<void> => {
    try {
      for (const store of open.splice(0)) await store.close();
    } finally {
      await folder.close();
    }
  };
  try {
    const place = { folder, options, outside, open };
    if (reindex !== undefined) await removeStores(reindex, place);
    const index = await openIndex(place);
    const coins = await openStore(place, folder.chainstate, { cure: REINDEX_COINS });
    return { stores: { index, coins }, openFiles: (known) => openFiles(known, place), close };
  } catch (error) {
    // What went wrong first is what is told.
    await close().catch(() => {});
    throw error;
  }
}

/** A folder that is being opened. */
interface OpenPlace {
  readonly folder: DataFolder;
  readonly options: FolderOptions;
  readonly outside: FolderOutside;
  /** The stores that are to be closed with it. */
  readonly open: KeyValueStore[];
}

async function openStore(
  { outside, open }: OpenPlace,
  path: string,
  options?: StoreOptions,
): Promise<KeyValueStore> {
  const store = await outside.openStore(path, options);
  open.push(store);
  return store;
}

/** Opens the block index. One that is empty or unfinished is made from the block files. */
async function openIndex(place: OpenPlace): Promise<KeyValueStore> {
  const { folder, options, outside, open } = place;
  const { disk } = outside;
  let index = await openStore(place, folder.blockIndex);
  if (await isReindexing(index)) {
    await index.close();
    open.pop();
    await removeStores('blocks', place);
    index = await openStore(place, folder.blockIndex);
  }
  const { length: files } = await listBlockFiles(disk, folder.blocks);
  if (files === 0 || !(await hasNoBlocks(index))) return index;
  // Nothing would know how to take back the blocks that the coins have seen.
  await removeStores('coins', place);
  const { params, onProgress, onNotice, signal } = options;
  const parts = { params, disk, folder: folder.blocks, index, onProgress, onNotice, signal };
  await rebuildBlockIndex(parts, outside);
  return index;
}

/** The coins go first: without them the chain is only slow to start, without the index it is lost. */
async function removeStores(reindex: Reindex, { folder, outside }: OpenPlace): Promise<void> {
  const { disk } = outside;
  const { chainstate, blockIndex } = folder;
  for (const path of reindex === 'blocks' ? [chainstate, blockIndex] : [chainstate]) {
    await attempt(async () => {
      if ((await disk.stat(path)) === undefined) return;
      await disk.removeFolder(path);
      await disk.syncFolder(parentPath(path));
    });
  }
}

async function openFiles(known: readonly KnownFrames[], place: OpenPlace): Promise<BlockFiles> {
  const { folder, options, outside } = place;
  const { magic } = options.params;
  const files = await BlockFiles.open(outside.disk, folder.blocks, known, { magic });
  if (options.isPruned) await removeUnknown(known, place);
  return files;
}

/** What pruning was about to remove when the power failed. */
async function removeUnknown(
  known: readonly KnownFrames[],
  { folder: { blocks }, outside: { disk } }: OpenPlace,
): Promise<void> {
  const files = new Set(known.map(({ file }) => file));
  const last = Math.max(...files);
  for (const { file } of await listBlockFiles(disk, blocks)) {
    if (file >= last || files.has(file)) continue;
    for (const path of [blockFilePath(blocks, file), undoFilePath(blocks, file)]) {
      await attempt(() => removeIfThere(disk, path));
    }
  }
}
