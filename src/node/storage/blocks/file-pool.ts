import type { Disk, DiskFile, OpenMode } from '../../../outside/disk/disk.ts';

/** Blocks are private: who asks for which tells what a wallet looks for. */
const PERMISSIONS = 0o600;

interface PooledFile {
  readonly file: DiskFile;
  users: number;
  /** Called when the last user has gone. */
  onIdle: () => void;
}

/**
 * Keeps the files that were used last open, up to some number, and never closes one that somebody
 * reads.
 */
export class FilePool {
  readonly #disk: Disk;
  readonly #most: number;
  /** The files that are open, or about to be; the one that was used last stands at the end. */
  readonly #files = new Map<string, Promise<PooledFile>>();

  constructor(disk: Disk, most: number) {
    this.#disk = disk;
    this.#most = most;
  }

  /** Opens a file, unless it is open, and uses it. */
  async use<T>(path: string, mode: OpenMode, use: (file: DiskFile) => Promise<T>): Promise<T> {
    const pooled = await this.#open(path, mode);
    try {
      return await use(pooled.file);
    } finally {
      pooled.users--;
      if (pooled.users === 0) pooled.onIdle();
      if (this.#files.size > this.#most) await this.#closeSome();
    }
  }

  /** Closes a file, once nobody uses it any more. */
  async close(path: string): Promise<void> {
    const opening = this.#files.get(path);
    this.#files.delete(path);
    const pooled = await opening?.catch(() => undefined);
    if (pooled === undefined) return;
    if (pooled.users > 0) {
      await new Promise<void>((resolve) => {
        pooled.onIdle = resolve;
      });
    }
    await pooled.file.close();
  }

  async closeAll(): Promise<void> {
    for (const path of [...this.#files.keys()]) await this.close(path);
  }

  async #open(path: string, mode: OpenMode): Promise<PooledFile> {
    const opening = this.#files.get(path) ?? this.#openNew(path, mode);
    this.#files.delete(path);
    this.#files.set(path, opening);
    try {
      const pooled = await opening;
      pooled.users++;
      return pooled;
    } catch (error) {
      if (this.#files.get(path) === opening) this.#files.delete(path);
      throw error;
    }
  }

  async #openNew(path: string, mode: OpenMode): Promise<PooledFile> {
    const file = await this.#disk.open(path, mode, { permissions: PERMISSIONS });
    return { file, users: 0, onIdle: () => {} };
  }

  async #closeSome(): Promise<void> {
    for (const [path, opening] of this.#files) {
      if (this.#files.size <= this.#most) return;
      const pooled = await opening.catch(() => undefined);
      if (pooled?.users === 0 && this.#files.get(path) === opening) await this.close(path);
    }
  }
}
