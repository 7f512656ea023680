/**
 * The hash functions on Node: its OpenSSL, through the one-shot `hash` where there is one. Chosen
 * by the package's import conditions; the browser gets `hashes.pure.ts`.
 */
import * as crypto from 'node:crypto';

type HashName = 'sha1' | 'sha256' | 'sha512' | 'ripemd160';

// Measured, double SHA-256 of short messages a second: 500,000 by `createHash`, 790,000 by the
// one-shot function, and 1,900,000 where it answers with a string of a character a byte: setting up
// a Buffer takes longer than hashing does.
const digest: (name: HashName, data: Uint8Array) => Uint8Array =
  typeof crypto.hash === 'function'
    ? (name, data) => fromBinary(crypto.hash(name, settled(data), 'binary'))
    : (name, data) => bare(crypto.createHash(name).update(data).digest());

/**
 * A small array is moved out of the JavaScript heap when it first meets native code, which takes a
 * third as long as hashing it, and costs the garbage collector more. So hashes that are hashed, which
 * are nearly all small arrays there are, have one array for all.
 */
const hashInput = new Uint8Array(32);

function settled(data: Uint8Array): Uint8Array {
  if (data.length !== hashInput.length) return data;
  hashInput.set(data);
  return hashInput;
}

function fromBinary(text: string): Uint8Array {
  return putBinary(new Uint8Array(text.length), text);
}

function putBinary(bytes: Uint8Array, text: string): Uint8Array {
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** A Buffer's `slice` and printed form differ from a Uint8Array's, so none leaves this file. */
function bare(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

export const sha1 = (data: Uint8Array): Uint8Array => digest('sha1', data);
export const sha256 = (data: Uint8Array): Uint8Array => digest('sha256', data);
export const sha512 = (data: Uint8Array): Uint8Array => digest('sha512', data);
export const ripemd160 = (data: Uint8Array): Uint8Array => digest('ripemd160', data);

/** SHA-256 of SHA-256: blocks, transactions, checksums. */
export const sha256d: (data: Uint8Array) => Uint8Array =
  typeof crypto.hash === 'function'
    ? (data) => {
        putBinary(hashInput, crypto.hash('sha256', data, 'binary'));
        return fromBinary(crypto.hash('sha256', hashInput, 'binary'));
      }
    : (data) => sha256(sha256(data));

export function hmacSha512(key: Uint8Array, data: Uint8Array): Uint8Array {
  return bare(crypto.createHmac('sha512', key).update(data).digest());
}
