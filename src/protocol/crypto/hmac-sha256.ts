import { concatBytes } from '../bytes/concat.ts';
import { sha256 } from './hash.ts';

const BLOCK_LENGTH = 64;

/**
 * HMAC-SHA256 (RFC 2104).
 *
 * @example
 * toHex(hmacSha256(salt, password))
 */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK_LENGTH);
  block.set(key.length > BLOCK_LENGTH ? sha256(key) : key);
  const inner = block.map((byte) => byte ^ 0x36);
  const outer = block.map((byte) => byte ^ 0x5c);
  return sha256(concatBytes(outer, sha256(concatBytes(inner, message))));
}
