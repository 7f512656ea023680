/**
 * ECDSA signatures, compact inside: r and s, 32 bytes each. In transactions they are in DER, which
 * for years meant whatever OpenSSL could make sense of. BIP66 has since asked for strict DER, which
 * is a rule of script; blocks from before it are read with all the leniency that they need.
 */
import { EncodeError } from '../bytes/encode-error.ts';
import { isBelowOrder, isHighS } from './curve/scalar.ts';

const SEQUENCE = 0x30;
const INTEGER = 0x02;

/**
 * Reads a signature as Bitcoin Core does: lengths may be written longer than needed, numbers may be
 * padded or look negative, the length of the whole is not looked at, and neither is what follows.
 * A number beyond the group order makes a signature of zeros, which no key verifies; undefined is
 * for bytes that are no signature at all.
 *
 * @example
 * parseDerLax(fromHex('3006020101020102')) // r = 1, s = 2, in 64 bytes
 */
export function parseDerLax(bytes: Uint8Array): Uint8Array | undefined {
  const start = sequenceStart(bytes);
  const r = start === undefined ? undefined : integerAt(bytes, start);
  const s = r === undefined ? undefined : integerAt(bytes, r.end);
  if (r === undefined || s === undefined) return undefined;
  const signature = new Uint8Array(64);
  const fits = putInteger(signature, 32, bytes, r) && putInteger(signature, 64, bytes, s);
  if (fits && isBelowOrder(signature, 0) && isBelowOrder(signature, 32)) return signature;
  return signature.fill(0);
}

/**
 * A compact signature in strict DER, without the hash type that follows it in a script.
 *
 * @example
 * toHex(encodeDer(signature)) // '3045022100…0220…'
 */
export function encodeDer(signature: Uint8Array): Uint8Array {
  if (signature.length !== 64) {
    throw new EncodeError(`${signature.length} bytes where a compact signature has exactly 64`);
  }
  const r = derInteger(signature.subarray(0, 32));
  const s = derInteger(signature.subarray(32));
  return Uint8Array.of(SEQUENCE, r.length + s.length, ...r, ...s);
}

/**
 * Whether s is in its lower half (BIP146). For every signature (r, s) there is (r, n - s) as well,
 * so nodes relay only one of the two.
 */
export function isLowS(signature: Uint8Array): boolean {
  return !isHighS(signature);
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where the content of the sequence starts. Its length is skipped, however it is written. */
function sequenceStart(bytes: Uint8Array): number | undefined {
  const length = bytes[1];
  if (bytes[0] !== SEQUENCE || length === undefined) return undefined;
  const start = length < 0x80 ? 2 : 2 + (length - 0x80);
  return start > bytes.length ? undefined : start;
}

function integerAt(bytes: Uint8Array, at: number): Span | undefined {
  let length = bytes[at + 1];
  if (bytes[at] !== INTEGER || length === undefined) return undefined;
  let start = at + 2;
  if (length >= 0x80) {
    let digits = length - 0x80;
    if (digits > bytes.length - start) return undefined;
    for (; digits > 0 && bytes[start] === 0; digits--) start++;
    if (digits >= 4) return undefined;
    for (length = 0; digits > 0; digits--) length = (length << 8) + (bytes[start++] as number);
  }
  return length > bytes.length - start ? undefined : { start, end: start + length };
}

/** Copies a number, without its leading zeros, so that it ends at `end`. False if it has more than 32 bytes. */
function putInteger(target: Uint8Array, end: number, bytes: Uint8Array, span: Span): boolean {
  let start = span.start;
  while (start < span.end && bytes[start] === 0) start++;
  const length = span.end - start;
  if (length > 32) return false;
  target.set(bytes.subarray(start, span.end), end - length);
  return true;
}

/** The shortest DER of a number that is never negative: a zero goes before a leading one bit. */
function derInteger(value: Uint8Array): readonly number[] {
  let start = 0;
  while (start < 31 && value[start] === 0) start++;
  const digits = [...value.subarray(start)];
  if ((digits[0] as number) >= 0x80) digits.unshift(0);
  return [INTEGER, digits.length, ...digits];
}
