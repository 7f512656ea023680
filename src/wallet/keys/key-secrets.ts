import type { KeyValueStore } from '../../node/storage/key-value-store.ts';
import { prefixRange } from '../../node/storage/key-value-store.ts';
import type { WriteBatch } from '../../node/storage/write-batch.ts';
import { ByteMap } from '../../protocol/bytes/byte-map.ts';
import { type Descriptor, keysOf } from '../../protocol/script/descriptor/descriptor.ts';
import type { PrivateKeyLookup } from '../../protocol/script/descriptor/private-keys.ts';
import { PREFIXES, secretKey } from '../store/record-keys.ts';
import type { Vault } from '../vault/vault.ts';

/**
 * The private keys of a wallet, by their public ones: the roots of its descriptors, and no key that
 * follows from them. As soon as there is a vault, they are sealed by it, each for its own record.
 */
export class KeySecrets {
  readonly #secrets = new ByteMap<Uint8Array>();
  #vault: Vault | undefined;

  /** The secrets that a store holds; sealed, where it has a vault. */
  static async load(
    store: Pick<KeyValueStore, 'iterate'>,
    vault: Vault | undefined,
  ): Promise<KeySecrets> {
    const secrets = new KeySecrets();
    secrets.#vault = vault;
    for await (const [key, value] of store.iterate(prefixRange(PREFIXES.secret))) {
      secrets.#secrets.set(key.slice(1), value.slice());
    }
    return secrets;
  }

  get size(): number {
    return this.#secrets.size;
  }

  get vault(): Vault | undefined {
    return this.#vault;
  }

  /** Whether there is a private key for this public one, be it sealed or not. */
  has(publicKey: Uint8Array): boolean {
    return this.#secrets.has(publicKey);
  }

  /**
   * Looks up private keys, for as long as the wallet is unlocked.
   *
   * @throws `VaultError` `locked`
   */
  readonly lookup: PrivateKeyLookup = (publicKey) => {
    const stored = this.#secrets.get(publicKey);
    if (stored === undefined || this.#vault === undefined) return stored?.slice();
    return this.#vault.unseal(stored, secretKey(publicKey));
  };

  /**
   * Keeps the private keys that a descriptor holds.
   *
   * @throws `VaultError` `locked`
   */
  addAllOf(descriptor: Descriptor, batch: WriteBatch): void {
    for (const key of keysOf(descriptor)) {
      if (key.privateKey === undefined) continue;
      const publicKey = key.kind === 'constant' ? key.publicKey : key.root.publicKey;
      if (!this.#secrets.has(publicKey)) this.#put(publicKey, key.privateKey, batch);
    }
  }

  /** Seals everything by a vault, which is open, and by that one from now on. */
  encrypt(vault: Vault, batch: WriteBatch): void {
    const all = [...this.#secrets].map(([publicKey]) => publicKey);
    const plain = all.map((publicKey) => this.lookup(publicKey) as Uint8Array);
    const old = all.map((publicKey) => this.#secrets.get(publicKey) as Uint8Array);
    this.#vault = vault;
    for (const [i, publicKey] of all.entries()) {
      this.#put(publicKey, plain[i] as Uint8Array, batch);
      plain[i]?.fill(0);
      old[i]?.fill(0);
    }
  }

  #put(publicKey: Uint8Array, privateKey: Uint8Array, batch: WriteBatch): void {
    const key = secretKey(publicKey);
    const value = this.#vault?.seal(privateKey, key) ?? privateKey.slice();
    this.#secrets.set(publicKey.slice(), value);
    // A copy: plain keys are wiped once they are sealed, and the batch may be written later.
    batch.put(key, value.slice());
  }
}
