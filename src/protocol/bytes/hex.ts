import { DecodeError } from './decode-error.ts';

const DIGITS: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

/** The value of a hex digit by its character code; 255 for any other character. */
const VALUES = new Uint8Array(128).fill(255);
for (let value = 0; value < 16; value++) {
  VALUES[value.toString(16).charCodeAt(0)] = value;
  VALUES[value.toString(16).toUpperCase().charCodeAt(0)] = value;
}

/**
 * Bytes as lower-case hex, in the order they have.
 *
 * @example
 * toHex(Uint8Array.of(0xca, 0xfe)) // 'cafe'
 */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += DIGITS[byte];
  return text;
}

/** Whether text is an even number of hex digits, and nothing else. */
export function isHex(text: string): boolean {
  return text.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(text);
}

/**
 * Hex, of either case, as bytes.
 *
 * @example
 * fromHex('CAfe') // [0xca, 0xfe]
 */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0) {
    throw new DecodeError('bad-hex', `hex has an odd number of digits (${text.length})`);
  }
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    const high = VALUES[text.charCodeAt(2 * i)] ?? 255;
    const low = VALUES[text.charCodeAt(2 * i + 1)] ?? 255;
    if (high === 255 || low === 255) {
      const position = high === 255 ? 2 * i : 2 * i + 1;
      throw new DecodeError(
        'bad-hex',
        `character ${position + 1} is ${JSON.stringify(text[position])}; hex digits are 0-9 and a-f`,
      );
    }
    bytes[i] = high * 16 + low;
  }
  return bytes;
}

/**
 * Hashes are shown with their bytes reversed: Bitcoin took them for little-endian numbers.
 *
 * @example
 * toReversedHex(Uint8Array.of(0x01, 0x02)) // '0201'
 */
export function toReversedHex(bytes: Uint8Array): string {
  let text = '';
  for (let i = bytes.length - 1; i >= 0; i--) text += DIGITS[bytes[i] as number];
  return text;
}

/** The other way round: the hash that is shown as this text, in the order it has on the wire. */
export function fromReversedHex(text: string): Uint8Array {
  return fromHex(text).reverse();
}
