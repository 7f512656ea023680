/** The hash functions in plain JavaScript, for the browser. */
import { hmac } from '@noble/hashes/hmac.js';
import { ripemd160 as ripemd160Of, sha1 as sha1Of } from '@noble/hashes/legacy.js';
import { sha256 as sha256Of, sha512 as sha512Of } from '@noble/hashes/sha2.js';

export const sha1 = (data: Uint8Array): Uint8Array => sha1Of(data);
export const sha256 = (data: Uint8Array): Uint8Array => sha256Of(data);
export const sha512 = (data: Uint8Array): Uint8Array => sha512Of(data);
export const ripemd160 = (data: Uint8Array): Uint8Array => ripemd160Of(data);

/** SHA-256 of SHA-256: blocks, transactions, checksums. */
export const sha256d = (data: Uint8Array): Uint8Array => sha256Of(sha256Of(data));

export function hmacSha512(key: Uint8Array, data: Uint8Array): Uint8Array {
  return hmac(sha512Of, key, data);
}
