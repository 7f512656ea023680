/** Wallet Import Format: a private key as Base58Check, and whether its public key is compressed. */
import { concatBytes } from '../bytes/concat.ts';
import { decodeBase58Check, encodeBase58Check } from './base58check.ts';
import { KeyError } from './key-error.ts';
import { checkPrivateKey, PRIVATE_KEY_LENGTH, type PrivateKey } from './private-key.ts';

/** The byte behind a key whose public key is compressed. */
const COMPRESSED_MARK = 1;

/**
 * The private key of a WIF text. `prefix` is the first byte that the keys of a chain have.
 *
 * @example
 * decodeWif('KwDiBf89QgGbjEhKnhXJuH7LrciVrZi3qYjgd9M7rFU73sVHnoWn', 0x80)
 * // { privateKey: 00…01, compressed: true }
 */
export function decodeWif(text: string, prefix: number): PrivateKey {
  const payload = decodeBase58Check(text, 1 + PRIVATE_KEY_LENGTH + 1);
  if (payload[0] !== prefix) {
    throw new KeyError(
      'wrong-prefix',
      `this private key begins with ${byteName(payload[0])}; those of this chain begin with ${byteName(prefix)}`,
    );
  }
  const compressed = payload.length === 1 + PRIVATE_KEY_LENGTH + 1;
  if (!compressed && payload.length !== 1 + PRIVATE_KEY_LENGTH) {
    throw new KeyError(
      'bad-length',
      `a WIF private key has 33 bytes, or 34 where the public key is compressed, and not ${payload.length}`,
    );
  }
  if (compressed && payload[1 + PRIVATE_KEY_LENGTH] !== COMPRESSED_MARK) {
    throw new KeyError(
      'bad-length',
      `the byte behind a WIF private key is ${byteName(payload[1 + PRIVATE_KEY_LENGTH])}; only 0x01 (compressed) may stand there`,
    );
  }
  const privateKey = payload.slice(1, 1 + PRIVATE_KEY_LENGTH);
  checkPrivateKey(privateKey);
  return { privateKey, compressed };
}

/**
 * A private key as text.
 *
 * @example
 * encodeWif({ privateKey, compressed: true }, 0xef) // 'c…'
 */
export function encodeWif(key: PrivateKey, prefix: number): string {
  checkPrivateKey(key.privateKey);
  const end = key.compressed ? Uint8Array.of(COMPRESSED_MARK) : new Uint8Array(0);
  return encodeBase58Check(concatBytes(Uint8Array.of(prefix), key.privateKey, end));
}

function byteName(byte: number | undefined): string {
  return byte === undefined ? 'nothing' : `0x${byte.toString(16).padStart(2, '0')}`;
}
