/** Secrets under a passphrase, and the key to them while it is there. */
import type { Cancel, Clock } from '../../outside/clock/clock.ts';
import type { Entropy } from '../../outside/entropy/entropy.ts';
import { KEY_LENGTH, openSealed, sealBytes } from './authenticated-cipher.ts';
import {
  areBearable,
  DEFAULT_SCRYPT,
  passphraseKey,
  type ScryptParameters,
} from './passphrase-key.ts';
import { VaultError } from './vault-error.ts';
import {
  associatedWith,
  decodeSecret,
  decodeVault,
  encodeSecret,
  encodeVault,
  encodeVaultHeader,
  SALT_LENGTH,
  type VaultRecord,
} from './vault-record.ts';

export interface VaultDoors {
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** The longest that a vault stays open, in seconds: some three years, and Bitcoin Core's number. */
export const MAX_UNLOCK_SECONDS = 100_000_000;

/**
 * A random master key encrypts the secrets of a wallet, and the passphrase encrypts that key; so the
 * passphrase can change while every secret stays as it is.
 *
 * A vault is opened locked. Between {@link unlock} and {@link lock}, or the end of the time that was
 * asked for, the master key is in memory; then its bytes are overwritten.
 *
 * @example
 * const vault = await Vault.create('correct horse', { clock, entropy });
 * await vault.unlock('correct horse', 60);
 * const sealed = vault.seal(secret, recordKey);
 * vault.lock();
 */
export class Vault {
  readonly #doors: VaultDoors;
  #record: VaultRecord;
  #key: Uint8Array | undefined;
  #relock: Cancel | undefined;
  #timesLocked = 0;
  #unlockedUntil = 0;
  #holds = 0;
  /** Its time was over while somebody held it. */
  #isDue = false;

  private constructor(record: VaultRecord, doors: VaultDoors) {
    this.#record = record;
    this.#doors = doors;
  }

  /**
   * A new vault with a master key of its own, locked.
   *
   * @throws {@link VaultError} `empty-passphrase`, `bad-parameters`
   */
  static async create(
    passphrase: string,
    doors: VaultDoors,
    scrypt: ScryptParameters = DEFAULT_SCRYPT,
  ): Promise<Vault> {
    checkParameters(scrypt);
    const key = doors.entropy.bytes(KEY_LENGTH);
    try {
      return new Vault(await wrapKey(key, passphrase, scrypt, doors.entropy), doors);
    } finally {
      key.fill(0);
    }
  }

  /**
   * The vault that {@link record} was the bytes of, locked.
   *
   * @throws {@link VaultError} `bad-format`, `newer-version`
   */
  static open(bytes: Uint8Array, doors: VaultDoors): Vault {
    return new Vault(decodeVault(bytes), doors);
  }

  /** The vault at rest, to be kept. */
  get record(): Uint8Array {
    return encodeVault(this.#record);
  }

  get isLocked(): boolean {
    return this.#key === undefined;
  }

  /** When it locks itself, in seconds since 1970; 0 while it is locked. */
  get unlockedUntil(): number {
    return this.#unlockedUntil;
  }

  /**
   * Opens the vault for so many seconds, counted from now. Where it is open already, that is its new
   * time. More than {@link MAX_UNLOCK_SECONDS} are so many, as in Bitcoin Core.
   *
   * When {@link lock} was called meanwhile, the vault stays locked.
   *
   * @throws {@link VaultError} `wrong-passphrase`, `empty-passphrase`, `bad-timeout`; the vault is then
   * as it was before
   */
  async unlock(passphrase: string, seconds: number): Promise<void> {
    const time = checkTimeout(seconds);
    const timesLocked = this.#timesLocked;
    const key = await unwrapKey(this.#record, passphrase);
    if (timesLocked !== this.#timesLocked) {
      key.fill(0);
      return;
    }
    this.#forgetKey();
    const { clock } = this.#doors;
    this.#key = key;
    this.#unlockedUntil = Math.floor(clock.now() / 1000) + time;
    this.#relock = clock.schedule(time * 1000, () => this.#expire());
  }

  /** Whether this is the passphrase; the vault stays as it is. */
  async accepts(passphrase: string): Promise<boolean> {
    try {
      (await unwrapKey(this.#record, passphrase)).fill(0);
      return true;
    } catch (error) {
      if (error instanceof VaultError && error.code === 'wrong-passphrase') return false;
      throw error;
    }
  }

  /** Overwrites the master key in memory. Harmless when it is locked already. */
  lock(): void {
    this.#timesLocked++;
    this.#forgetKey();
  }

  /**
   * Keeps it from locking itself while something goes on that needs the key to its end, as a look at
   * old blocks. It does so when the last one that holds it lets go. Whoever calls {@link lock} is heard
   * at once.
   */
  hold(): () => void {
    let isHeld = true;
    this.#holds++;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holds--;
      if (this.#holds === 0 && this.#isDue) this.lock();
    };
  }

  /**
   * Puts the master key under another passphrase, with a new salt. The vault goes by it only once
   * `keep` has kept the new record: whatever happens before, the old passphrase opens what is there.
   *
   * @throws {@link VaultError} `wrong-passphrase`, `empty-passphrase`
   */
  async changePassphrase(
    old: string,
    passphrase: string,
    keep: (record: Uint8Array) => Promise<void>,
    scrypt: ScryptParameters = this.#record.scrypt,
  ): Promise<void> {
    checkParameters(scrypt);
    checkPassphrase(passphrase);
    const key = await unwrapKey(this.#record, old);
    try {
      const record = await wrapKey(key, passphrase, scrypt, this.#doors.entropy);
      await keep(encodeVault(record));
      this.#record = record;
    } finally {
      key.fill(0);
    }
  }

  /**
   * Encrypts a secret for the record that it is kept in: under another record's key it does not open.
   *
   * @throws {@link VaultError} `locked`
   */
  seal(secret: Uint8Array, context: Uint8Array): Uint8Array {
    const associated = associatedWith(context);
    const { entropy } = this.#doors;
    return encodeSecret(sealBytes(this.#openKey(), secret, { associated, entropy }));
  }

  /**
   * The secret that was sealed for this record; the caller wipes it.
   *
   * @throws {@link VaultError} `locked`, `damaged-secret`, `bad-format`, `newer-version`
   */
  unseal(bytes: Uint8Array, context: Uint8Array): Uint8Array {
    const key = this.#openKey();
    const secret = openSealed(key, decodeSecret(bytes), associatedWith(context));
    if (secret !== undefined) return secret;
    throw new VaultError(
      'damaged-secret',
      'an encrypted secret does not open with the key of this wallet: it was damaged, or put in the place of another; restore a backup',
    );
  }

  #openKey(): Uint8Array {
    if (this.#key !== undefined) return this.#key;
    throw new VaultError('locked', 'the wallet is locked: unlock it with its passphrase first');
  }

  #expire(): void {
    if (this.#holds === 0) this.lock();
    else this.#isDue = true;
  }

  #forgetKey(): void {
    this.#isDue = false;
    this.#relock?.();
    this.#relock = undefined;
    this.#key?.fill(0);
    this.#key = undefined;
    this.#unlockedUntil = 0;
  }
}

/** The master key, encrypted; the parameters and the salt are vouched for with it. */
async function wrapKey(
  key: Uint8Array,
  passphrase: string,
  scrypt: ScryptParameters,
  entropy: Entropy,
): Promise<VaultRecord> {
  checkPassphrase(passphrase);
  const salt = entropy.bytes(SALT_LENGTH);
  const header = { scrypt, salt };
  const wrapping = await passphraseKey(passphrase, salt, scrypt);
  const associated = encodeVaultHeader(header);
  const sealedKey = sealBytes(wrapping, key, { associated, entropy });
  wrapping.fill(0);
  return { ...header, sealedKey };
}

async function unwrapKey(record: VaultRecord, passphrase: string): Promise<Uint8Array> {
  checkPassphrase(passphrase);
  const wrapping = await passphraseKey(passphrase, record.salt, record.scrypt);
  const key = openSealed(wrapping, record.sealedKey, encodeVaultHeader(record));
  wrapping.fill(0);
  if (key !== undefined) return key;
  throw new VaultError('wrong-passphrase', 'the passphrase does not open this wallet');
}

function checkPassphrase(passphrase: string): void {
  if (passphrase !== '') return;
  throw new VaultError('empty-passphrase', 'an empty passphrase: allowed is a character and more');
}

function checkParameters(scrypt: ScryptParameters): void {
  if (areBearable(scrypt)) return;
  const { logN, r, p } = scrypt;
  throw new VaultError(
    'bad-parameters',
    `scrypt with N=2^${logN}, r=${r}, p=${p}: allowed are r and p from 1, p up to 16, and 256 MiB of memory`,
  );
}

function checkTimeout(seconds: number): number {
  if (seconds >= 0) return Math.min(seconds, MAX_UNLOCK_SECONDS);
  throw new VaultError(
    'bad-timeout',
    `a timeout of ${seconds} s: allowed are 0 and more, and ${MAX_UNLOCK_SECONDS} s at most count`,
  );
}
