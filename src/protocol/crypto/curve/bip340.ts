/** The hashes of BIP340, for the backends that do not bring them along. */
import { taggedHash } from '../hash.ts';
import { GROUP_ORDER, scalarFromBytes } from './scalar.ts';

const challengeHash = taggedHash('BIP0340/challenge');
const auxiliaryHash = taggedHash('BIP0340/aux');
const nonceHash = taggedHash('BIP0340/nonce');

/** The scalar e that ties a signature to its nonce point, its key and its message. */
export function bip340Challenge(r: Uint8Array, key: Uint8Array, message: Uint8Array): bigint {
  return scalarFromBytes(challengeHash(r, key, message)) % GROUP_ORDER;
}

/**
 * The 32 bytes that the secret nonce is made of. The key is masked by the hash of the auxiliary
 * randomness, so that without randomness the nonce is still secret, and with it hard to spy upon.
 */
export function bip340Nonce(
  privateKey: Uint8Array,
  key: Uint8Array,
  message: Uint8Array,
  auxiliary: Uint8Array,
): Uint8Array {
  const masked = auxiliaryHash(auxiliary);
  for (let i = 0; i < 32; i++) masked[i] = (masked[i] as number) ^ (privateKey[i] as number);
  return nonceHash(masked, key, message);
}
