/** A wallet of a trial: it stays when it is closed, and when its power fails. */
import { MemoryStores } from '../../../src/node/storage/memory-stores.ts';
import type { Clock } from '../../../src/outside/clock/clock.ts';
import type { SeededEntropy } from '../../../src/outside/entropy/seeded-entropy.ts';
import { regtest } from '../../../src/protocol/params/regtest.ts';
import { createWallet, openWallet } from '../../../src/wallet/open-wallet.ts';
import type { Wallet } from '../../../src/wallet/wallet.ts';
import { DEFAULT_WALLET_OPTIONS, type WalletOptions } from '../../../src/wallet/wallet-options.ts';

/** Few addresses ahead, and a passphrase that is quick to try: neither is what is put to the test. */
const OPTIONS: WalletOptions = {
  ...DEFAULT_WALLET_OPTIONS,
  chain: regtest,
  lookAhead: 8,
  scrypt: { logN: 4, r: 1, p: 1 },
};
const UNLOCKED_SECONDS = 300;

export interface ResidentDoors {
  readonly clock: Clock;
  readonly entropy: SeededEntropy;
}

export class Resident {
  readonly name: string;
  readonly words: string;
  /** The number of the node that its wallet talks to. */
  home: number;
  readonly #doors: ResidentDoors;
  readonly #stores: MemoryStores;
  readonly #passphrase: string | undefined;
  #wallet: Wallet;
  #lives = 1;

  private constructor(parts: {
    readonly name: string;
    readonly home: number;
    readonly words: string;
    readonly doors: ResidentDoors;
    readonly stores: MemoryStores;
    readonly passphrase: string | undefined;
    readonly wallet: Wallet;
  }) {
    this.name = parts.name;
    this.words = parts.words;
    this.home = parts.home;
    this.#doors = parts.doors;
    this.#stores = parts.stores;
    this.#passphrase = parts.passphrase;
    this.#wallet = parts.wallet;
  }

  /** With a new wallet; one with a passphrase encrypts it. */
  static async create(
    name: string,
    home: number,
    doors: ResidentDoors,
    passphrase?: string,
  ): Promise<Resident> {
    const stores = new MemoryStores({ losesPower: true });
    const { wallet, words = '' } = await createWallet(
      name,
      await stores.open('/'),
      OPTIONS,
      { ...doors, entropy: doors.entropy.fork(name) },
      passphrase === undefined ? {} : { passphrase },
    );
    return new Resident({ name, home, words, doors, stores, passphrase, wallet });
  }

  get wallet(): Wallet {
    return this.#wallet;
  }

  get isEncrypted(): boolean {
    return this.#passphrase !== undefined;
  }

  /** Whether a node is there to talk to. */
  get isOnline(): boolean {
    return this.#wallet.source !== undefined;
  }

  async unlock(): Promise<void> {
    if (this.#passphrase === undefined) return;
    await this.#wallet.unlock(this.#passphrase, UNLOCKED_SECONDS);
  }

  /** Closes the wallet, and opens it again; it talks to nobody then. */
  async restart(): Promise<void> {
    await this.#wallet.close();
    await this.#open();
  }

  /** The same after a loss of power: what was not synced may be gone. */
  async crash(): Promise<void> {
    const gone = this.#wallet;
    this.#stores.crash(this.#doors.entropy.fork(`${this.name}, end ${this.#lives}`));
    // What it still writes, nobody will see.
    await gone.close();
    await this.#open();
  }

  /** Another wallet of the same words, which knows nothing of this one. */
  async twin(): Promise<Wallet> {
    const name = `${this.name}, twin ${this.#lives++}`;
    const doors = { ...this.#doors, entropy: this.#doors.entropy.fork(name) };
    const store = await new MemoryStores().open('/');
    return (await createWallet(name, store, OPTIONS, doors, { words: this.words })).wallet;
  }

  async #open(): Promise<void> {
    const entropy = this.#doors.entropy.fork(`${this.name}, start ${this.#lives++}`);
    const doors = { ...this.#doors, entropy };
    this.#wallet = await openWallet(this.name, await this.#stores.open('/'), OPTIONS, doors);
  }
}
