/** The folder of a chain, as a daemon has it: locked before anything is written to it. */
import { chainMark } from '../node/chain/chain-place.ts';
import { lockDataFolder } from '../node/storage/data-folder.ts';
import type { Disk, FolderLock } from '../outside/disk/disk.ts';
import { DiskError } from '../outside/disk/disk-error.ts';
import { joinPath } from '../outside/disk/disk-path.ts';
import type { ChainParams } from '../protocol/params/chain-params.ts';
import { DaemonError } from './daemon-error.ts';

export interface ChainFolder {
  readonly path: string;
  readonly lock: FolderLock;
}

/** There from the beginning, since programs look for it, wallets or not. */
const WALLETS = 'wallets';
const ONLY_OWNER = 0o700;

/**
 * Locks the folder of a chain, and makes it where there is none. Until its lock is released, no other node
 * touches what is in it.
 *
 * @throws DaemonError `locked` if another node has it
 * @throws StorageError if it is not for this chain, or not for this program
 */
export async function lockChainFolder(
  disk: Disk,
  dataFolder: string,
  params: ChainParams,
  { rebuild }: { readonly rebuild: boolean },
): Promise<ChainFolder> {
  const path = joinPath(dataFolder, params.name);
  const lock = await lockOrTell(disk, path, params, rebuild);
  try {
    await disk.makeFolder(joinPath(path, WALLETS), { permissions: ONLY_OWNER });
  } catch (error) {
    await lock.release();
    throw error;
  }
  return { path, lock };
}

async function lockOrTell(
  disk: Disk,
  path: string,
  params: ChainParams,
  rebuild: boolean,
): Promise<FolderLock> {
  try {
    return await lockDataFolder(disk, path, { chain: chainMark(params), rebuild });
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    if (error.code === 'locked') {
      const words = `Cannot obtain a lock on data directory ${path}. Blockyard is probably already running.`;
      throw new DaemonError('locked', words);
    }
    if (error.code === 'denied') {
      const words = `Cannot write to data directory '${path}'; check permissions.`;
      throw new DaemonError('unwritable', words);
    }
    throw error;
  }
}
