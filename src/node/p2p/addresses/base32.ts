/** Base32 of RFC 4648, in lower case and without padding: the names of Tor's and I2P's services. */

const DIGITS = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * @example
 * toBase32(Uint8Array.of(0xff)) // '74'
 */
export function toBase32(bytes: Uint8Array): string {
  let text = '';
  let [pending, bits] = [0, 0];
  for (const byte of bytes) {
    pending = (pending << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += DIGITS[(pending >>> (bits - 5)) & 31];
    pending &= 0xff;
  }
  return bits > 0 ? text + DIGITS[(pending << (5 - bits)) & 31] : text;
}

/** The other way round; undefined for what is none, or does not end as it should. */
export function fromBase32(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let [pending, bits, length] = [0, 0, 0];
  for (const digit of text) {
    const value = DIGITS.indexOf(digit);
    if (value < 0) return undefined;
    pending = ((pending << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[length++] = pending >>> bits;
    }
  }
  const rest = pending & ((1 << bits) - 1);
  return bits < 5 && rest === 0 ? bytes : undefined;
}
