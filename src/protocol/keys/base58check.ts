/**
 * Base58 and Base58Check: bytes as text without the look-alikes 0, O, I and l, the second with the
 * first four bytes of a double SHA-256 behind them. Addresses, WIF and BIP32 keys are written so.
 */
import { base58 } from '@scure/base';
import { equalBytes } from '../bytes/compare.ts';
import { concatBytes } from '../bytes/concat.ts';
import { sha256d } from '../crypto/hash.ts';
import { KeyError } from './key-error.ts';

const ALPHABET = new Set('123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz');
const WHITE_SPACE = new Set(' \f\n\r\t\v');
const CHECKSUM_LENGTH = 4;
/** log(58) / log(256): how many bytes a character is worth. */
const BYTES_PER_CHARACTER = 0.7322476243909465;

/**
 * Bytes as Base58, a `1` for every zero byte in front.
 *
 * @example
 * encodeBase58(Uint8Array.of(0x61)) // '2g'
 */
export function encodeBase58(bytes: Uint8Array): string {
  return base58.encode(bytes);
}

/**
 * Base58 as bytes, at most `maxLength` of them: the work grows with the square of the length, so a
 * long text is refused by its length. White space around the text is ignored, as Bitcoin Core does.
 *
 * @example
 * decodeBase58('2g', 100) // [0x61]
 */
export function decodeBase58(text: string, maxLength: number): Uint8Array {
  const trimmed = trimWhiteSpace(text);
  let position = 0;
  for (const character of trimmed) {
    position++;
    if (!ALPHABET.has(character)) {
      throw new KeyError(
        'bad-character',
        `character ${position} is ${JSON.stringify(character)}; Base58 has digits and letters, without 0, O, I and l`,
      );
    }
  }
  if ((trimmed.length - 1) * BYTES_PER_CHARACTER >= maxLength) {
    throw tooLong(trimmed, maxLength);
  }
  const bytes = base58.decode(trimmed);
  if (bytes.length > maxLength) throw tooLong(trimmed, maxLength);
  return bytes;
}

/**
 * Base58 with a checksum.
 *
 * @example
 * encodeBase58Check(Uint8Array.of(0)) // '1Wh4bh'
 */
export function encodeBase58Check(payload: Uint8Array): string {
  return encodeBase58(concatBytes(payload, sha256d(payload).subarray(0, CHECKSUM_LENGTH)));
}

/**
 * The payload of a Base58Check text, at most `maxLength` bytes.
 *
 * @example
 * decodeBase58Check('1Wh4bh', 21) // [0]
 */
export function decodeBase58Check(text: string, maxLength: number): Uint8Array {
  const payload = base58CheckPayload(decodeBase58(text, maxLength + CHECKSUM_LENGTH));
  if (payload === undefined) {
    throw new KeyError(
      'bad-checksum',
      'the Base58Check checksum does not match: a character is wrong, missing or too many',
    );
  }
  return payload;
}

/** What stands before the checksum, if that is right. */
export function base58CheckPayload(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < CHECKSUM_LENGTH) return undefined;
  const payload = bytes.subarray(0, -CHECKSUM_LENGTH);
  const checksum = sha256d(payload).subarray(0, CHECKSUM_LENGTH);
  return equalBytes(checksum, bytes.subarray(-CHECKSUM_LENGTH)) ? payload : undefined;
}

// A regular expression for the end of the text takes quadratic time on spaces in its middle.
function trimWhiteSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && WHITE_SPACE.has(text[start] as string)) start++;
  while (end > start && WHITE_SPACE.has(text[end - 1] as string)) end--;
  return text.slice(start, end);
}

function tooLong(text: string, maxLength: number): KeyError {
  return new KeyError(
    'bad-length',
    `${text.length} characters of Base58 are more than ${maxLength} bytes, the most that belong here`,
  );
}
