/**
 * The little of DER (X.690) that keys in files need: tag, length, content. There is one way to write
 * a value, and no other is read: lengths are as short as they can be, tags take one byte.
 */
import { concatBytes } from '../bytes/concat.ts';
import { KeyError } from './key-error.ts';

/** The tags that key files use. */
export const DER_TAGS = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  sequence: 0x30,
  /** A field that may be missing, told by its number in the structure: `[0]`. */
  field0: 0xa0,
  field1: 0xa1,
} as const;

export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** The bits of a tag that say: the number of the tag follows in further bytes. */
const LONG_TAG = 0x1f;
const MAX_LENGTH_BYTES = 3;

/**
 * The elements that follow one another in the content of a sequence, or in a whole file.
 *
 * @example
 * readDer(fromHex('0201010500')) // [{ tag: 2, content: [1] }, { tag: 5, content: [] }]
 */
export function readDer(bytes: Uint8Array): readonly DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] as number;
    if ((tag & LONG_TAG) === LONG_TAG) throw badDer(`a tag of several bytes at byte ${at}`);
    const { length, start } = readLength(bytes, at + 1);
    const end = start + length;
    if (end > bytes.length) throw badDer(`an element at byte ${at} runs over the end`);
    elements.push({ tag, content: bytes.subarray(start, end) });
    at = end;
  }
  return elements;
}

function readLength(bytes: Uint8Array, at: number): { length: number; start: number } {
  const first = bytes[at];
  if (first === undefined) throw badDer(`the length at byte ${at} is missing`);
  if (first < 0x80) return { length: first, start: at + 1 };
  const count = first - 0x80;
  if (count === 0) throw badDer(`the length at byte ${at} is indefinite`);
  if (count > MAX_LENGTH_BYTES) throw badDer(`the length at byte ${at} has ${count} bytes`);
  let length = 0;
  for (const byte of bytes.subarray(at + 1, at + 1 + count)) length = length * 256 + byte;
  if (at + 1 + count > bytes.length) throw badDer(`the length at byte ${at} runs over the end`);
  if (length < 0x80 || length < 256 ** (count - 1)) {
    throw badDer(`the length at byte ${at} is written longer than needed`);
  }
  return { length, start: at + 1 + count };
}

/**
 * An element: a tag, the length of its parts, and the parts.
 *
 * @example
 * writeDer(DER_TAGS.integer, Uint8Array.of(1)) // [2, 1, 1]
 */
export function writeDer(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(...parts);
  return concatBytes(Uint8Array.of(tag, ...lengthBytes(content.length)), content);
}

function lengthBytes(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 + bytes.length, ...bytes];
}

function badDer(what: string): KeyError {
  return new KeyError('bad-der', `the key is no DER: ${what}`);
}
