import { type KeyValueStore, prefixRange } from '../node/storage/key-value-store.ts';
import { TaskQueue } from '../node/storage/task-queue.ts';
import { WriteBatch } from '../node/storage/write-batch.ts';
import { type Clock, unixTime } from '../outside/clock/clock.ts';
import type { Entropy } from '../outside/entropy/entropy.ts';
import type { Txid } from '../protocol/primitives/hashes.ts';
import { addressFromScript } from '../protocol/script/address.ts';
import { WalletKeys } from './keys/wallet-keys.ts';
import { KnownBranch } from './known-branch.ts';
import { AddressBook } from './ledger/address-book.ts';
import type { BalanceRules } from './ledger/balances.ts';
import { Ledger } from './ledger/ledger.ts';
import { LockedCoins } from './ledger/locked-coins.ts';
import { decodeWalletTx, encodeWalletTx } from './ledger/tx-record.ts';
import type { WalletTx } from './ledger/wallet-tx.ts';
import { FORMAT_KEY, PLACE_KEY, PREFIXES, transactionKey, VAULT_KEY } from './store/record-keys.ts';
import { encodeFormat, readFormat, type WalletFormat } from './store/wallet-format.ts';
import { Vault } from './vault/vault.ts';
import { VaultError } from './vault/vault-error.ts';
import { WalletError } from './wallet-error.ts';
import type { WalletOptions } from './wallet-options.ts';

export interface WalletDoors {
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** Hears of transactions that are new to a wallet, or that stand elsewhere than before. */
export type WalletListener = (walletTx: WalletTx) => void;

/** What a change has to be before it is acknowledged. */
interface ChangeOptions {
  /** False for what follows from the chain: that is found again. */
  readonly durable?: boolean;
}

/**
 * All that a wallet knows, in memory and on the disk. Changes are made one after the other; each is a
 * single batch, and is answered when that is written.
 */
export class WalletState {
  readonly name: string;
  readonly options: WalletOptions;
  readonly doors: WalletDoors;
  readonly keys: WalletKeys;
  readonly ledger: Ledger;
  readonly book: AddressBook;
  readonly lockedCoins: LockedCoins;
  readonly branch: KnownBranch;
  readonly queue = new TaskQueue();
  readonly store: KeyValueStore;
  #format: WalletFormat;
  readonly #listeners = new Set<WalletListener>();
  #isClosed = false;
  #failure: { readonly error: unknown } | undefined;

  private constructor(parts: {
    readonly name: string;
    readonly store: KeyValueStore;
    readonly format: WalletFormat;
    readonly options: WalletOptions;
    readonly doors: WalletDoors;
    readonly keys: WalletKeys;
    readonly ledger: Ledger;
    readonly book: AddressBook;
    readonly lockedCoins: LockedCoins;
    readonly branch: KnownBranch;
  }) {
    this.name = parts.name;
    this.store = parts.store;
    this.#format = parts.format;
    this.options = parts.options;
    this.doors = parts.doors;
    this.keys = parts.keys;
    this.ledger = parts.ledger;
    this.book = parts.book;
    this.lockedCoins = parts.lockedCoins;
    this.branch = parts.branch;
  }

  /**
   * Reads a wallet.
   *
   * @throws {@link WalletError} `not-a-wallet`, `newer-version`, `other-chain`, `damaged`; `VaultError`
   */
  static async load(
    name: string,
    store: KeyValueStore,
    options: WalletOptions,
    doors: WalletDoors,
  ): Promise<WalletState> {
    const { chain, lookAhead } = options;
    const format = await readFormat(store, JSON.stringify(name), chain);
    const vaultRecord = await store.get(VAULT_KEY);
    const vault = vaultRecord === undefined ? undefined : Vault.open(vaultRecord.slice(), doors);
    const seed = doors.entropy.u32();
    const keys = await WalletKeys.load(store, vault, { chain, lookAhead, seed });
    const book = await AddressBook.load(store, seed);
    const lockedCoins = await LockedCoins.load(store);
    const place = await store.get(PLACE_KEY);
    const branch = place === undefined ? new KnownBranch([]) : KnownBranch.decode(place);
    const isOurs = (script: Uint8Array): boolean => keys.ownerOf(script) !== undefined;
    const ledger = new Ledger({ isOurs, seed });
    ledger.restore(await readTransactions(store), branch.tip?.height ?? 0);
    const parts = { name, store, format, options, doors, keys, ledger, book, lockedCoins, branch };
    return new WalletState(parts);
  }

  get format(): WalletFormat {
    return this.#format;
  }

  /** Seconds since 1970. */
  get now(): number {
    return unixTime(this.doors.clock);
  }

  get rules(): BalanceRules {
    const { chain, spendsPendingChange } = this.options;
    return { coinbaseMaturity: chain.consensus.coinbaseMaturity, spendsPendingChange };
  }

  /** Whether what comes to a script comes back to the wallet: nobody was given its address. */
  readonly isChange = (script: Uint8Array): boolean =>
    this.ledger.isOurs(script) && this.book.get(script) === undefined;

  /**
   * Whether a script has an address that was paid from, in a wallet that does not want to do so again
   * (Core's `avoid_reuse`). What comes to it is left alone where that can be avoided.
   */
  readonly isUsed = (script: Uint8Array): boolean =>
    this.#format.avoidsReuse &&
    this.ledger.isSpentFrom(script) &&
    addressFromScript(script, this.options.chain.addressPrefixes) !== undefined;

  /**
   * A script has been paid to. Where its address was given out by somebody else who has the same keys, it
   * comes into the book, and those before it: otherwise what comes to it would be taken for change.
   */
  markUsed(script: Uint8Array, batch: WriteBatch): void {
    const { keys, book } = this;
    const passed = keys.markUsed(script, batch);
    const [first] = passed;
    if (first === undefined) return;
    const keeper = keys.ownerOf(first)?.keeper;
    if (keeper === undefined || keys.activeRole(keeper) !== 'external') return;
    for (const each of passed) {
      if (book.get(each) === undefined) book.set(each, { label: '', purpose: 'receive' }, batch);
    }
  }

  /**
   * Makes a change, writes it, and answers once it is written. What `make` has changed before it threw
   * is written too, so that memory and disk stay the same.
   */
  change<T>(make: (batch: WriteBatch) => T, { durable = true }: ChangeOptions = {}): Promise<T> {
    return this.queue.run(() => this.changeNow(make, { durable }));
  }

  /** The same within a task of the queue. */
  async changeNow<T>(
    make: (batch: WriteBatch) => T,
    { durable = true }: ChangeOptions = {},
  ): Promise<T> {
    this.#requireOpen();
    const batch = new WriteBatch();
    let changed: readonly WalletTx[] = [];
    try {
      return make(batch);
    } finally {
      changed = this.ledger.takeChanges();
      for (const each of changed) {
        batch.put(transactionKey(each.txid), encodeWalletTx(each));
        if (this.lockedCoins.size > 0) this.#unlockSpent(each, batch);
      }
      if (batch.size > 0) await this.store.write(batch, { durable });
      for (const each of changed) this.#tell(each);
    }
  }

  saveBranch(batch: WriteBatch): void {
    batch.put(PLACE_KEY, this.branch.encode());
  }

  changeFormat(change: Partial<WalletFormat>, batch: WriteBatch): void {
    this.#format = { ...this.#format, ...change };
    batch.put(FORMAT_KEY, encodeFormat(this.#format));
  }

  /**
   * Refuses what takes private keys, where there are none or they are locked away.
   *
   * @throws {@link WalletError} `no-private-keys`; `VaultError` `locked`
   */
  requireKeys(): void {
    if (!this.#format.hasPrivateKeys) {
      throw new WalletError(
        'no-private-keys',
        'this wallet only watches: it has no private keys to sign with',
        'Error: Private keys are disabled for this wallet',
      );
    }
    this.requireUnlocked();
  }

  /** Refuses what takes secrets that are locked away. A wallet that has none is not locked. */
  requireUnlocked(): void {
    if (this.keys.secrets.vault?.isLocked !== true) return;
    throw new VaultError('locked', 'the wallet is locked: unlock it with its passphrase first');
  }

  on(listener: WalletListener): () => void {
    const own: WalletListener = (walletTx) => listener(walletTx);
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  /** What went wrong while nobody waited for it: whoever wants to change something next hears of it. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Ends when what is under way is written. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.queue.idle();
    this.keys.secrets.vault?.lock();
    await this.store.close();
  }

  #requireOpen(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (!this.#isClosed) return;
    throw new WalletError('closed', `the wallet ${JSON.stringify(this.name)} has been closed`);
  }

  /** A lock ends with the coin. */
  #unlockSpent({ tx, state }: WalletTx, batch: WriteBatch): void {
    if (state.kind === 'abandoned' || state.kind === 'conflicted') return;
    for (const { prevout } of tx.inputs) this.lockedCoins.unlock(prevout, batch);
  }

  #tell(walletTx: WalletTx): void {
    for (const listener of this.#listeners) listener(walletTx);
  }
}

async function readTransactions(store: KeyValueStore): Promise<readonly WalletTx[]> {
  const found: WalletTx[] = [];
  for await (const [key, value] of store.iterate(prefixRange(PREFIXES.transaction))) {
    found.push(decodeWalletTx(key.subarray(1) as Txid, value));
  }
  return found;
}
