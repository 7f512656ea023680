/** SHA3-256 (FIPS 202). Bitcoin has no use for it; the addresses of Tor's hidden services do. */
import { sha3_256 } from '@noble/hashes/sha3.js';

/**
 * @example
 * sha3(new Uint8Array(0)) // a7ffc6f8bf1ed766…
 */
export function sha3(data: Uint8Array): Uint8Array {
  return sha3_256(data);
}
