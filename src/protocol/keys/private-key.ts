import { curve } from '#curve';
import { KeyError } from './key-error.ts';

/** A private key, and the form of the public key that goes with it in scripts. */
export interface PrivateKey {
  readonly privateKey: Uint8Array;
  readonly compressed: boolean;
}

export const PRIVATE_KEY_LENGTH = 32;

/** Refuses what is not a private key of secp256k1. */
export function checkPrivateKey(key: Uint8Array): void {
  if (curve.isPrivateKey(key)) return;
  throw new KeyError(
    'bad-private-key',
    key.length === PRIVATE_KEY_LENGTH
      ? 'the private key is zero, or not below the order of secp256k1'
      : `a private key has ${PRIVATE_KEY_LENGTH} bytes, and not ${key.length}`,
  );
}

/** The public key of a private one. */
export function publicKeyOf(privateKey: Uint8Array, compressed = true): Uint8Array {
  checkPrivateKey(privateKey);
  return curve.publicKey(privateKey, compressed) as Uint8Array;
}
