import type { KeyValueStore, OpenStore } from '../node/storage/key-value-store.ts';
import type { Disk } from '../outside/disk/disk.ts';
import { DiskError } from '../outside/disk/disk-error.ts';
import {
  type CreatedWallet,
  type CreateWalletOptions,
  createWallet,
  openWallet,
} from './open-wallet.ts';
import type { ChainSource } from './source/chain-source.ts';
import { SourceError } from './source/source-error.ts';
import { readBackup } from './store/backup-file.ts';
import { readFormat } from './store/wallet-format.ts';
import type { Wallet } from './wallet.ts';
import { WalletError } from './wallet-error.ts';
import { WalletFolder } from './wallet-folder.ts';
import type { WalletOptions } from './wallet-options.ts';
import { UNNAMED, walletPath } from './wallet-path.ts';
import type { WalletDoors } from './wallet-state.ts';

export interface WalletsDoors extends WalletDoors {
  readonly disk: Disk;
  readonly openStore: OpenStore;
  /** Where backups are read, if that is another one than that of the wallets. */
  readonly backupDisk?: Disk;
}

export interface WalletsOptions {
  /** `wallets` in the folder of the chain; each wallet has a folder of its own in it. */
  readonly folder: string;
  readonly wallet: WalletOptions;
  /** What new and loaded wallets follow; nothing, where there is no node. */
  readonly source?: ChainSource | undefined;
  /** Hears of each wallet that is opened, before that meets the source. */
  readonly onOpen?: ((wallet: Wallet) => void) | undefined;
  /** Hears of each that has been closed. */
  readonly onClosed?: ((wallet: Wallet) => void) | undefined;
}

/**
 * The wallets of a folder: which there are, and those that are open.
 *
 * @example
 * const wallets = new Wallets({ folder: `${chainFolder}/wallets`, wallet: options, source }, doors);
 * const { wallet, words } = await wallets.create('savings');
 */
export class Wallets {
  readonly #options: WalletsOptions;
  readonly #doors: WalletsDoors;
  readonly #loaded = new Map<string, Wallet>();
  /** Names that somebody is about to open, or to close, and when that is done. */
  readonly #busy = new Map<string, Promise<unknown>>();

  constructor(options: WalletsOptions, doors: WalletsDoors) {
    this.#options = options;
    this.#doors = doors;
  }

  /** Those that are open, in the order in which they were opened. */
  get loaded(): readonly Wallet[] {
    return [...this.#loaded.values()];
  }

  /** An open wallet. */
  get(name: string): Wallet | undefined {
    return this.#loaded.get(name);
  }

  /** Where backups are written, and read. */
  get backupDisk(): Disk {
    return this.#doors.backupDisk ?? this.#doors.disk;
  }

  /** Where a wallet is, whether there is one or not. */
  folderOf(name: string): string {
    return walletPath(this.#options.folder, name);
  }

  /** The names of all wallets in the folder, be they open or not. */
  async list(): Promise<readonly string[]> {
    const names: string[] = [];
    for (const { name: entry, kind } of await this.#entries()) {
      const name = entry === UNNAMED ? '' : entry;
      if (kind === 'folder' && (await this.#folder(name).isWallet())) names.push(name);
    }
    return names;
  }

  /**
   * Makes a wallet, and opens it.
   *
   * @throws {@link WalletError} `exists`, `bad-name`; `KeyError` for words that are none
   */
  create(name: string, request: CreateWalletOptions = {}): Promise<CreatedWallet> {
    return this.#make(name, (store) =>
      createWallet(name, store, this.#options.wallet, this.#doors, request),
    );
  }

  /**
   * Makes a wallet of a backup, and opens it.
   *
   * @throws {@link WalletError} `not-a-backup`, `bad-backup`, `exists`, `other-chain`, `pruned`; there is no
   * new wallet then
   */
  async restore(name: string, backupFile: string): Promise<Wallet> {
    const { wallet } = await this.#make(name, async (store) => {
      const batch = await readBackup(this.backupDisk, backupFile);
      await store.write(batch, { durable: true });
      await readFormat(store, backupFile, this.#options.wallet.chain);
      const opened = await openWallet(name, store, this.#options.wallet, this.#doors);
      return { wallet: opened, words: undefined };
    });
    return wallet;
  }

  /**
   * Opens a wallet that there is.
   *
   * @throws {@link WalletError} `already-loaded`, `not-found`, `not-a-wallet`, `newer-version`,
   * `other-chain`, `damaged`; `StorageError`
   */
  load(name: string): Promise<Wallet> {
    return this.#alone(name, async () => {
      checkName(name);
      if (this.#loaded.has(name)) {
        throw new WalletError('already-loaded', `Wallet "${name}" is already loaded.`);
      }
      const wallet = await this.#open(name);
      const isUnclean = wallet.isEncrypted && (await this.#folder(name).wasPlain());
      // The power failed when it had just been encrypted.
      return this.#opened(isUnclean ? await this.#renew(wallet) : wallet);
    });
  }

  /**
   * Puts a wallet under a passphrase, and its records into a new database, so that no file has its keys
   * as they were. The wallet is another object afterwards, and what listened to the old one is gone.
   *
   * @throws {@link WalletError} `not-loaded`, `encrypted`; `VaultError` `empty-passphrase`
   */
  encrypt(
    name: string,
    passphrase: string,
    options: { readonly freshSeed?: boolean } = {},
  ): Promise<Wallet> {
    return this.#alone(name, async () => {
      const wallet = this.#require(name);
      await wallet.encrypt(passphrase, options);
      try {
        return await this.#opened(await this.#renew(wallet));
      } catch (error) {
        // It has been closed, and can be loaded again.
        this.#loaded.delete(name);
        throw error;
      }
    });
  }

  /** Closes a wallet. @throws {@link WalletError} `not-loaded` */
  unload(name: string): Promise<void> {
    return this.#alone(name, async () => {
      const wallet = this.#require(name);
      this.#loaded.delete(name);
      await wallet.close();
      this.#options.onClosed?.(wallet);
    });
  }

  /** Closes all of them, also those that are being opened. */
  async close(): Promise<void> {
    while (this.#busy.size > 0) await Promise.allSettled(this.#busy.values());
    for (const name of [...this.#loaded.keys()]) await this.unload(name);
  }

  async #opened(wallet: Wallet): Promise<Wallet> {
    const { source, onOpen } = this.#options;
    onOpen?.(wallet);
    if (source !== undefined) await this.#attached(wallet, source);
    this.#loaded.set(wallet.name, wallet);
    return wallet;
  }

  /** One that cannot follow its node is closed again. */
  async #attached(wallet: Wallet, source: ChainSource): Promise<void> {
    try {
      await wallet.attach(source);
    } catch (error) {
      await wallet.close();
      this.#options.onClosed?.(wallet);
      throw error instanceof SourceError && error.code === 'no-block'
        ? pruned(wallet.name, error)
        : error;
    }
  }

  #folder(name: string): WalletFolder {
    return new WalletFolder(this.folderOf(name), this.#doors);
  }

  #require(name: string): Wallet {
    const wallet = this.#loaded.get(name);
    if (wallet !== undefined) return wallet;
    throw new WalletError(
      'not-loaded',
      `no wallet ${JSON.stringify(name)} is open`,
      'Requested wallet does not exist or is not loaded',
    );
  }

  async #open(name: string): Promise<Wallet> {
    const store = await this.#folder(name).open();
    try {
      return await openWallet(name, store, this.#options.wallet, this.#doors);
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  async #renew(wallet: Wallet): Promise<Wallet> {
    await wallet.close();
    await this.#folder(wallet.name).renew();
    return this.#open(wallet.name);
  }

  /** It is a wallet when all of it is there; before that, it leaves nothing behind. */
  #make(
    name: string,
    make: (store: KeyValueStore) => Promise<CreatedWallet>,
  ): Promise<CreatedWallet> {
    return this.#alone(name, async () => {
      checkName(name);
      const folder = this.#folder(name);
      if (!(await folder.isFree())) throw exists(name, folder.path);
      const store = await folder.begin();
      try {
        const created = await make(store);
        await folder.finish({ wasPlain: !created.wallet.isEncrypted });
        await this.#opened(created.wallet);
        return created;
      } catch (error) {
        await store.close();
        await folder.remove();
        throw error;
      }
    });
  }

  async #entries() {
    try {
      return await this.#doors.disk.list(this.#options.folder);
    } catch (error) {
      if (error instanceof DiskError && error.code === 'not-found') return [];
      throw error;
    }
  }

  async #alone<T>(name: string, task: () => Promise<T>): Promise<T> {
    if (this.#busy.has(name)) {
      throw new WalletError('busy', 'Wallet already loading.');
    }
    const done = task();
    this.#busy.set(name, done);
    try {
      return await done;
    } finally {
      this.#busy.delete(name);
    }
  }
}

/** A name is that of a folder, and of nothing above it. */
function checkName(name: string): void {
  const hasControls = [...name].some((character) => character < ' ');
  if (!/[/\\:]/.test(name) && !/^\.\.?$/.test(name) && name !== UNNAMED && !hasControls) return;
  throw new WalletError(
    'bad-name',
    `${JSON.stringify(name)} cannot be the name of a wallet: allowed is what can be the name of a folder`,
  );
}

function pruned(name: string, { message }: SourceError): WalletError {
  return new WalletError(
    'pruned',
    `the wallet ${JSON.stringify(name)} cannot go on from where it was: ${message}`,
    'Wallet loading failed. Prune: last wallet synchronisation goes beyond pruned data. You need to -reindex (download the whole blockchain again in case of a pruned node)',
  );
}

function exists(name: string, folder: string): WalletError {
  return new WalletError(
    'exists',
    `there is a wallet ${JSON.stringify(name)} already: choose another name`,
    `Wallet file verification failed. Failed to create database path '${folder}'. Database already exists.`,
  );
}
