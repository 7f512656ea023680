import type { Disk } from '../../../outside/disk/disk.ts';
import { joinPath } from '../../../outside/disk/disk-path.ts';
import { isNotFound } from '../storage-error.ts';
import { listLevelFiles } from './file-names.ts';

/**
 * Makes LevelDB's logs durable where it does not do so itself.
 *
 * Its synchronous write syncs the newest log alone. Changes that were written before, without, may be
 * in an older log, and a loss of power could keep the later ones without the earlier. Nor does it sync
 * the folder when it begins a new log.
 */
export class LogSync {
  readonly #disk: Disk;
  readonly #folder: string;
  #newest = 0;

  constructor(disk: Disk, folder: string) {
    this.#disk = disk;
    this.#folder = folder;
  }

  /** Makes all that has been written durable. */
  async syncLogs(): Promise<void> {
    for (const name of await this.#logs()) {
      try {
        const file = await this.#disk.open(joinPath(this.#folder, name), 'update');
        await file.sync().finally(() => file.close());
      } catch (error) {
        // LevelDB has made a table of it, and synced that, before it removed the log.
        if (!isNotFound(error)) throw error;
      }
    }
  }

  /** Makes the names of logs durable that are new since the last call. */
  async syncNames(): Promise<void> {
    const newest = Number.parseInt((await this.#logs()).at(-1) ?? '0', 10);
    if (newest === this.#newest) return;
    await this.#disk.syncFolder(this.#folder);
    this.#newest = newest;
  }

  async #logs(): Promise<readonly string[]> {
    const files = await listLevelFiles(this.#disk, this.#folder);
    return files.filter(({ kind }) => kind === 'log').map(({ name }) => name);
  }
}
