/** The hash functions that Bitcoin is made of. */
import { hmacSha512, ripemd160, sha1, sha256, sha256d, sha512 } from '#hashes';
import { concatBytes } from '../bytes/concat.ts';

export { hmacSha512, ripemd160, sha1, sha256, sha256d, sha512 };

/** RIPEMD-160 of SHA-256: public keys and scripts in addresses. */
export function hash160(data: Uint8Array): Uint8Array {
  return ripemd160(sha256(data));
}

/**
 * The hash function that BIP340 makes from a tag, so that a hash made for one purpose is worthless
 * for another. Make it once, at the top of a module.
 *
 * @example
 * const leafHash = taggedHash('TapLeaf');
 * leafHash(Uint8Array.of(0xc0), script)
 */
export function taggedHash(tag: string): (...parts: readonly Uint8Array[]) => Uint8Array {
  const tagHash = sha256(new TextEncoder().encode(tag));
  return (...parts) => sha256(concatBytes(tagHash, tagHash, ...parts));
}
