/** What a signer knows: keys and scripts by their hashes, and how Taproot outputs are made up. */
import { curve } from '#curve';
import { ByteMap } from '../../bytes/byte-map.ts';
import { hash160 } from '../../crypto/hash.ts';
import type { KeyOrigin } from '../descriptor/key-expression.ts';
import type { TaprootOutput } from '../taproot.ts';

/** A private key, and whether its public key goes by 33 bytes: an address belongs to one of the two. */
export interface SigningKey {
  readonly privateKey: Uint8Array;
  readonly compressed: boolean;
}

/** What a Taproot output was made of. */
export type TaprootSolution = Pick<TaprootOutput, 'internalKey' | 'merkleRoot' | 'leaves'>;

/** Keys and scripts are asked for by their HASH160, Taproot outputs by their key. */
export interface SigningProvider {
  script(hash: Uint8Array): Uint8Array | undefined;
  publicKey(keyHash: Uint8Array): Uint8Array | undefined;
  privateKey(keyHash: Uint8Array): SigningKey | undefined;
  keyOrigin(keyHash: Uint8Array): KeyOrigin | undefined;
  taproot(outputKey: Uint8Array): TaprootSolution | undefined;
}

/** Knows nothing: for those who only put together what others have signed. */
export const NO_SIGNING_PROVIDER: SigningProvider = {
  script: () => undefined,
  publicKey: () => undefined,
  privateKey: () => undefined,
  keyOrigin: () => undefined,
  taproot: () => undefined,
};

/** What {@link KeyRing} is filled with, one by one. */
export class KeyRing implements SigningProvider {
  readonly #scripts = new ByteMap<Uint8Array>();
  readonly #publicKeys = new ByteMap<Uint8Array>();
  readonly #privateKeys = new ByteMap<SigningKey>();
  readonly #origins = new ByteMap<KeyOrigin>();
  readonly #taproots = new ByteMap<TaprootSolution>();

  addScript(script: Uint8Array): void {
    this.#scripts.set(hash160(script), script);
  }

  /** Of two origins of a key the first one stays. */
  addPublicKey(publicKey: Uint8Array, origin?: KeyOrigin): void {
    const hash = hash160(publicKey);
    this.#publicKeys.set(hash, publicKey);
    // Leaves of Taproot ask for the hash of the x coordinate.
    this.#publicKeys.set(hash160(publicKey.subarray(1, 33)), publicKey);
    if (origin !== undefined && !this.#origins.has(hash)) this.#origins.set(hash, origin);
  }

  /** Adds a private key and its public one. What is no key is left out. */
  addPrivateKey(key: SigningKey): void {
    const publicKey = curve.publicKey(key.privateKey, key.compressed);
    if (publicKey === undefined) return;
    this.addPublicKey(publicKey);
    this.#privateKeys.set(hash160(publicKey), key);
  }

  addTaproot(output: TaprootOutput): void {
    this.#taproots.set(output.outputKey, output);
  }

  script(hash: Uint8Array): Uint8Array | undefined {
    return this.#scripts.get(hash);
  }

  publicKey(keyHash: Uint8Array): Uint8Array | undefined {
    return this.#publicKeys.get(keyHash);
  }

  privateKey(keyHash: Uint8Array): SigningKey | undefined {
    return this.#privateKeys.get(keyHash);
  }

  keyOrigin(keyHash: Uint8Array): KeyOrigin | undefined {
    return this.#origins.get(keyHash);
  }

  taproot(outputKey: Uint8Array): TaprootSolution | undefined {
    return this.#taproots.get(outputKey);
  }
}

/**
 * The same provider without its private keys, or without the origins of its keys: what may be told to
 * others depends on who asks.
 *
 * @example
 * hideFrom(ring, { privateKeys: true })
 */
export function hideFrom(
  provider: SigningProvider,
  { privateKeys = false, origins = false }: { privateKeys?: boolean; origins?: boolean },
): SigningProvider {
  return {
    script: (hash) => provider.script(hash),
    publicKey: (hash) => provider.publicKey(hash),
    privateKey: (hash) => (privateKeys ? undefined : provider.privateKey(hash)),
    keyOrigin: (hash) => (origins ? undefined : provider.keyOrigin(hash)),
    taproot: (outputKey) => provider.taproot(outputKey),
  };
}

/**
 * What is known under the hash of either of the two keys with this x coordinate. In Taproot nobody says
 * which of them it is.
 */
export function byXOnlyKey<T>(
  key: Uint8Array,
  find: (keyHash: Uint8Array) => T | undefined,
): T | undefined {
  return find(hash160(Uint8Array.of(2, ...key))) ?? find(hash160(Uint8Array.of(3, ...key)));
}
