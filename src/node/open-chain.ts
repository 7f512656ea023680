/** Puts a chain together: its folder, its stores, its files, the threads that verify for it. */
import type { FolderLock } from '../outside/disk/disk.ts';
import { joinPath } from '../outside/disk/disk-path.ts';
import type { Threads } from '../outside/threads/threads.ts';
import type { ChainParams } from '../protocol/params/chain-params.ts';
import type { Chain } from './chain/chain.ts';
import { ChainError } from './chain/chain-error.ts';
import type { ChainOptions, PruneOptions } from './chain/chain-options.ts';
import {
  type ChainPlace,
  type FolderOutside,
  memoryPlace,
  openFolder,
  type Reindex,
} from './chain/chain-place.ts';
import { LEAST_PRUNE_TARGET } from './chain/pruner.ts';
import { startChain } from './chain/start-chain.ts';
import type { BlockFiles } from './storage/block-files.ts';
import type { ScriptCache, ScriptVerifier } from './verify/script-verifier.ts';
import { ThreadVerifier } from './verify/thread-verifier.ts';
import { verifyThreads } from './verify/verify-threads.ts';

type PassedOn =
  | 'assumeValid'
  | 'checkBlocks'
  | 'checkLevel'
  | 'dbcacheBytes'
  | 'ledgers'
  | 'log'
  | 'maxTipAgeSeconds'
  | 'minimumChainWork'
  | 'onFatal'
  | 'onProgress'
  | 'signal';

export interface OpenChainOptions extends Pick<ChainOptions, PassedOn> {
  readonly params: ChainParams;
  /** The data folder, where the chain has a folder of its name. Without one, all is in memory. */
  readonly dataFolder?: string;
  /** A lock on the folder of the chain that the caller holds, and keeps. */
  readonly lock?: FolderLock;
  /** The folder of block files, where they are kept elsewhere: `-blocksdir`. */
  readonly blocksFolder?: string;
  /** How many threads verify scripts: see `verifyThreads`. */
  readonly par?: number;
  /** Whether many blocks are about to come: the threads then start at once, and not with the first one. */
  readonly expectsBlocks?: boolean;
  /** What need not be verified again: the transactions of the mempool. */
  readonly scriptCache?: ScriptCache;
  /** Verifies scripts in place of threads of our own. It is closed with the chain. */
  readonly verifier?: ScriptVerifier;
  /**
   * The MiB that block files may take up, at least 550; 1 to remove old ones only when somebody asks; 0
   * to keep all, which is the default.
   */
  readonly prune?: number;
  /** What is to be made anew from the block files. */
  readonly reindex?: Reindex;
  /** Hears, in a line each, of what is not as it should be in the files and does no harm. */
  readonly onNotice?: (line: string) => void;
}

export interface OpenChainOutside extends FolderOutside {
  readonly threads: Threads;
}

export interface OpenedChain {
  readonly chain: Chain;
  /** The folder of the chain; undefined if it is in memory. */
  readonly folder: string | undefined;
  /** About how many bytes it takes up on the disk, or in memory if it is there. */
  readonly sizeOnDisk: () => Promise<ChainSize>;
  /** Writes everything, and lets go of the folder. */
  readonly close: () => Promise<void>;
}

interface ChainSize {
  /** Block files and undo files, without the room to grow. */
  readonly blocks: number;
  /** The block index. */
  readonly index: number;
  readonly coins: number;
}

const MIB = 2 ** 20;
/** As in Bitcoin Core: pruning, but only by hand. */
const PRUNE_BY_HAND = 1;

/**
 * Opens a chain in a data folder, and makes it where there is none; or an empty one in memory.
 *
 * @example
 * const { chain, close } = await openChain({ params: regtest, dataFolder: '/data' }, outside);
 * await chain.processBlock(bytes);
 * await close();
 */
export async function openChain(
  options: OpenChainOptions,
  outside: OpenChainOutside,
): Promise<OpenedChain> {
  const { dataFolder, params, prune: _, ...passedOn } = options;
  const ownVerifier = threadVerifier(options, outside);
  const { verifier = ownVerifier } = options;
  const prune = pruneOptions(options);
  const folder = dataFolder === undefined ? undefined : joinPath(dataFolder, params.name);
  const place =
    folder === undefined
      ? memoryPlace(params)
      : await openFolder({ ...passedOn, params, folder, isPruned: prune !== undefined }, outside);
  try {
    if (options.expectsBlocks === true && options.verifier === undefined) ownVerifier.warmUp();
    let files: BlockFiles | undefined;
    const openFiles: ChainPlace['openFiles'] = async (known) => {
      files = await place.openFiles(known);
      return files;
    };
    const { stores } = place;
    const chain = await startChain(
      { ...passedOn, params, prune, stores, openFiles, verifier },
      outside,
    );
    return {
      chain,
      folder,
      sizeOnDisk: () => sizeOf(place, files),
      close: async () => {
        try {
          await chain.close();
        } finally {
          await place.close();
        }
      },
    };
  } catch (error) {
    // What went wrong first is what is told.
    await ownVerifier.close().catch(() => {});
    await place.close().catch(() => {});
    throw error;
  }
}

function pruneOptions({ prune = 0 }: OpenChainOptions): PruneOptions | undefined {
  if (prune === 0) return undefined;
  if (prune === PRUNE_BY_HAND) return {};
  const targetBytes = prune * MIB;
  if (targetBytes >= LEAST_PRUNE_TARGET) return { targetBytes };
  const allowed = `0 (keep all), 1 (prune by hand), or at least ${LEAST_PRUNE_TARGET / MIB} MiB`;
  throw new ChainError('bad-option', `prune is ${prune}; allowed are ${allowed}`);
}

function threadVerifier(
  { par, scriptCache: cache }: OpenChainOptions,
  { threads }: OpenChainOutside,
): ThreadVerifier {
  return new ThreadVerifier(threads, { threads: verifyThreads(par, threads.cores), cache });
}

async function sizeOf({ stores }: ChainPlace, files: BlockFiles | undefined): Promise<ChainSize> {
  const sizes = (await files?.sizes()) ?? [];
  return {
    blocks: sizes.reduce((sum, { bytes }) => sum + bytes, 0),
    index: await stores.index.sizeOnDisk(),
    coins: await stores.coins.sizeOnDisk(),
  };
}
