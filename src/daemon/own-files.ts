/** The small files that show others that a node runs, and how to reach it; they go when it goes. */
import type { RpcSettings } from '../node/options/node-settings.ts';
import { type RpcUser, writeCookie } from '../node/rpc/rpc-auth.ts';
import type { Disk } from '../outside/disk/disk.ts';
import { joinPath } from '../outside/disk/disk-path.ts';
import { removeIfThere, writeFile } from '../outside/disk/whole-file.ts';
import type { Entropy } from '../outside/entropy/entropy.ts';

const COOKIE_PERMISSIONS = { owner: 0o600, group: 0o640, all: 0o644 } as const;
const PLAIN_FILE = 0o644;

/** Files that a node has written, and removes at its end. */
export class OwnFiles {
  readonly #disk: Disk;
  /** Where relative paths begin. */
  readonly #folder: string;
  readonly #written: string[] = [];

  constructor(disk: Disk, folder: string) {
    this.#disk = disk;
    this.#folder = folder;
  }

  /** The password of this run, for programs of the same user: `.cookie`. */
  async writeCookie(
    file: string,
    readers: RpcSettings['cookieReaders'],
    entropy: Entropy,
  ): Promise<RpcUser> {
    const path = pathIn(this.#folder, file);
    this.#written.push(path);
    return writeCookie(this.#disk, path, entropy, COOKIE_PERMISSIONS[readers]);
  }

  /** The number of the process: `bitcoind.pid`. */
  async writePid(file: string, pid: number): Promise<void> {
    const path = pathIn(this.#folder, file);
    this.#written.push(path);
    const bytes = new TextEncoder().encode(`${pid}\n`);
    await writeFile(this.#disk, path, bytes, { permissions: PLAIN_FILE });
  }

  /** Removes them all. One that cannot be removed keeps nobody from anything. */
  async remove(): Promise<void> {
    for (const path of this.#written.splice(0)) {
      await removeIfThere(this.#disk, path).catch(() => {});
    }
  }
}

/**
 * A path as an option has it: relative to a folder, unless it is absolute.
 *
 * @example
 * pathIn('/data/regtest', '.cookie') // '/data/regtest/.cookie'
 */
export function pathIn(folder: string, path: string): string {
  if (isAbsolute(path)) return path;
  const names = path.split(/[/\\]/).filter((name) => name !== '' && name !== '.');
  return joinPath(folder, ...names);
}

/** Whether a path begins at the top, here or on Windows. */
export function isAbsolute(path: string): boolean {
  return /^(?:[/\\]|[a-z]:[/\\])/i.test(path);
}
