import type { KeyValueStore, OpenStore } from '../node/storage/key-value-store.ts';
import { WriteBatch } from '../node/storage/write-batch.ts';
import type { Disk } from '../outside/disk/disk.ts';
import { DiskError } from '../outside/disk/disk-error.ts';
import { joinPath } from '../outside/disk/disk-path.ts';
import { readFile, replaceFile } from '../outside/disk/whole-file.ts';
import { WalletError } from './wallet-error.ts';

/** What the marker of a wallet says. */
interface Marker {
  /** The folder of its database. */
  readonly records: string;
  /** Whether there was ever a private key in that database that was not sealed. */
  readonly wasPlain: boolean;
}

const MARKER = 'wallet';
const TITLE = 'a wallet of blockyard';
const RECORDS = 'records';
const OWNER_ONLY = { permissions: 0o600 };
const OWNERS_FOLDER = { permissions: 0o700 };
const CURE = { cure: 'restore the wallet from a backup, or from its words' };

/**
 * The folder of a wallet: a database, and a file that says that this is a wallet, and which database
 * counts. Without that file no database is opened there, so that a folder of something else stays as
 * it is.
 */
export class WalletFolder {
  readonly path: string;
  readonly #disk: Disk;
  readonly #openStore: OpenStore;

  constructor(path: string, { disk, openStore }: { disk: Disk; openStore: OpenStore }) {
    this.path = path;
    this.#disk = disk;
    this.#openStore = openStore;
  }

  /** Whether there is a wallet in it. */
  async isWallet(): Promise<boolean> {
    return (await this.#disk.stat(joinPath(this.path, MARKER))) !== undefined;
  }

  /** Whether a wallet can be made here: nothing is there, or what one that was never finished left. */
  async isFree(): Promise<boolean> {
    if ((await this.#disk.stat(this.path)) === undefined) return true;
    if (await this.isWallet()) return false;
    const entries = await this.#disk.list(this.path);
    return entries.every(({ name, kind }) => kind === 'folder' && name.startsWith(RECORDS));
  }

  /** An empty database for a new wallet, which is one when {@link finish} has been called. */
  async begin(): Promise<KeyValueStore> {
    await this.remove();
    await this.#disk.makeFolder(this.path, OWNERS_FOLDER);
    return this.#openStore(joinPath(this.path, RECORDS));
  }

  /** All of the wallet is there. */
  finish({ wasPlain }: { readonly wasPlain: boolean }): Promise<void> {
    return this.#mark({ records: RECORDS, wasPlain });
  }

  /** Removes all of it. */
  async remove(): Promise<void> {
    try {
      await this.#disk.removeFolder(this.path);
    } catch (error) {
      if (!(error instanceof DiskError && error.code === 'not-found')) throw error;
    }
  }

  /**
   * The database of the wallet.
   *
   * @throws {@link WalletError} `not-found`, `not-a-wallet`; `StorageError`
   */
  async open(): Promise<KeyValueStore> {
    const { records } = await this.#marker();
    for (const { name } of await this.#disk.list(this.path)) {
      // What a renewal did not come to remove, or to finish.
      if (!name.startsWith(RECORDS) || name === records) continue;
      await this.#disk.removeFolder(joinPath(this.path, name));
    }
    return this.#openStore(joinPath(this.path, records), CURE);
  }

  /** Whether an old database may still hold private keys that are sealed by now. */
  async wasPlain(): Promise<boolean> {
    return (await this.#marker()).wasPlain;
  }

  /**
   * Copies all records into a new database, and removes the old one: there, what was overwritten lies
   * on in the files. The old one has to be closed.
   */
  async renew(): Promise<void> {
    const { records } = await this.#marker();
    const next = records === RECORDS ? `${RECORDS}-2` : RECORDS;
    const old = await this.#openStore(joinPath(this.path, records), CURE);
    try {
      const batch = new WriteBatch();
      for await (const [key, value] of old.iterate()) batch.put(key, value);
      const fresh = await this.#openStore(joinPath(this.path, next), { wipe: true });
      await fresh.write(batch, { durable: true }).finally(() => fresh.close());
    } finally {
      await old.close();
    }
    await this.#mark({ records: next, wasPlain: false });
    await this.#disk.removeFolder(joinPath(this.path, records)).catch((error: unknown) => {
      if (!(error instanceof DiskError && error.code === 'not-found')) throw error;
    });
  }

  #mark({ records, wasPlain }: Marker): Promise<void> {
    const text = `${TITLE}\n${records}\n${wasPlain ? 'plain' : 'sealed'}\n`;
    const bytes = new TextEncoder().encode(text);
    return replaceFile(this.#disk, joinPath(this.path, MARKER), bytes, OWNER_ONLY);
  }

  async #marker(): Promise<Marker> {
    const { path } = this;
    if ((await this.#disk.stat(path)) === undefined) {
      const words = `Wallet file verification failed. Failed to load database path '${path}'. Path does not exist.`;
      throw new WalletError('not-found', `there is no wallet in ${path}`, words);
    }
    if (!(await this.isWallet())) throw notAWallet(path);
    const text = new TextDecoder().decode(await readFile(this.#disk, joinPath(path, MARKER)));
    const [title, records = '', state] = text.split('\n');
    if (title !== TITLE || !/^records(-2)?$/.test(records)) throw notAWallet(path);
    return { records, wasPlain: state !== 'sealed' };
  }
}

function notAWallet(path: string): WalletError {
  return new WalletError(
    'not-a-wallet',
    `${path} holds no wallet of this program; it stays as it is`,
    `Wallet file verification failed. Failed to load database path '${path}'. Data is not in recognized format.`,
  );
}
