/**
 * Numbers as scripts write them: little-endian, the highest bit a sign, zero no bytes at all.
 *
 * Arithmetic takes four bytes at most, and what it makes of them may have five; that fits a double
 * with room to spare. Lock times take five, because a time past the year 2038 needs them (BIP65).
 */
import { EncodeError } from '../bytes/encode-error.ts';
import { ScriptError } from './script-error.ts';

export const MAX_NUMBER_SIZE = 4;
export const MAX_LOCKTIME_NUMBER_SIZE = 5;

const EMPTY = new Uint8Array(0);

/**
 * A number in its shortest form.
 *
 * @example
 * encodeScriptNumber(-255) // [0xff, 0x80]
 */
export function encodeScriptNumber(value: number): Uint8Array {
  if (value === 0) return EMPTY;
  if (!Number.isSafeInteger(value)) {
    throw new EncodeError(`${value} does not fit: allowed are whole numbers below 2^53`);
  }
  const bytes: number[] = [];
  for (let rest = Math.abs(value); rest > 0; rest = Math.floor(rest / 256)) bytes.push(rest % 256);
  const last = bytes.length - 1;
  // The sign needs a bit that the number leaves free.
  if ((bytes[last] as number) >= 0x80) bytes.push(value < 0 ? 0x80 : 0);
  else if (value < 0) bytes[last] = (bytes[last] as number) | 0x80;
  return Uint8Array.from(bytes);
}

/**
 * The number that a stack element stands for. Core has no error of its own for one that is too long,
 * or longer than needed where that is forbidden: both are its "unknown error".
 *
 * @example
 * decodeScriptNumber(Uint8Array.of(0xff, 0x80), true) // -255
 */
export function decodeScriptNumber(
  bytes: Uint8Array,
  requireMinimal: boolean,
  maxSize = MAX_NUMBER_SIZE,
): number {
  const { length } = bytes;
  if (length > maxSize) throw new ScriptError('UNKNOWN_ERROR');
  if (length === 0) return 0;
  if (requireMinimal && !isMinimalNumber(bytes)) throw new ScriptError('UNKNOWN_ERROR');
  const last = bytes[length - 1] as number;
  let value = last & 0x7f;
  for (let i = length - 2; i >= 0; i--) value = value * 256 + (bytes[i] as number);
  return (last & 0x80) !== 0 ? -value : value;
}

/** Whether a number that is not zero has its shortest form: no highest byte that holds a sign alone. */
function isMinimalNumber(bytes: Uint8Array): boolean {
  const { length } = bytes;
  if (((bytes[length - 1] as number) & 0x7f) !== 0) return true;
  return length > 1 && ((bytes[length - 2] as number) & 0x80) !== 0;
}

/** Whether a stack element counts as true: any bit is set, but for the sign of a negative zero. */
export function isTruthy(bytes: Uint8Array): boolean {
  const last = bytes.length - 1;
  for (let i = 0; i < last; i++) if (bytes[i] !== 0) return true;
  return last >= 0 && bytes[last] !== 0 && bytes[last] !== 0x80;
}
