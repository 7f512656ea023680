/**
 * Texts that the owner of an address has signed, as Bitcoin has done it since 2011: 65 bytes in base64,
 * from which the public key can be recovered. It works for keys and their hashes alone.
 */
import { base64 } from '@scure/base';
import { curve } from '#curve';
import { encode, varBytes } from '../bytes/codec.ts';
import { concatBytes } from '../bytes/concat.ts';
import { sha256d } from '../crypto/hash.ts';
import type { PrivateKey } from './private-key.ts';

/** What stands before every message, so that no transaction can be mistaken for one. */
const MAGIC = 'Bitcoin Signed Message:\n';
/** The first byte of a signature: 27, the recovery id, and 4 if the public key is compressed. */
const FIRST_HEADER = 27;
const COMPRESSED = 4;
const SIGNATURE_LENGTH = 65;

/**
 * A message, signed; undefined if the key is none.
 *
 * @example
 * signMessage('hello', { privateKey, compressed: true }) // 'IE85…'
 */
export function signMessage(
  message: string,
  { privateKey, compressed }: PrivateKey,
): string | undefined {
  const signed = curve.signEcdsa(messageHash(message), privateKey);
  if (signed === undefined) return undefined;
  const header = FIRST_HEADER + signed.recoveryId + (compressed ? COMPRESSED : 0);
  return base64.encode(concatBytes(Uint8Array.of(header), signed.signature));
}

/**
 * The public key that signed a message.
 *
 * - `malformed`: the signature is no base64
 * - undefined: no key has made this signature
 */
export function messageSigner(
  message: string,
  signature: string,
): Uint8Array | 'malformed' | undefined {
  const bytes = decodeBase64(signature);
  if (bytes === undefined) return 'malformed';
  if (bytes.length !== SIGNATURE_LENGTH) return undefined;
  const header = (bytes[0] as number) - FIRST_HEADER;
  const compressed = (header & COMPRESSED) !== 0;
  return curve.recoverEcdsa(messageHash(message), bytes.subarray(1), header & 3, compressed);
}

function messageHash(message: string): Uint8Array {
  const text = new TextEncoder();
  return sha256d(
    concatBytes(encode(varBytes, text.encode(MAGIC)), encode(varBytes, text.encode(message))),
  );
}

function decodeBase64(text: string): Uint8Array | undefined {
  try {
    return base64.decode(text);
  } catch (error) {
    // What @scure/base throws has no type of its own.
    if (error instanceof Error) return undefined;
    throw error;
  }
}
