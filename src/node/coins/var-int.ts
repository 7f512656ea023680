/**
 * Bitcoin Core's VARINT, which its database and its undo files count with. Not the CompactSize of the
 * wire: seven bits a byte, the highest first, and a set eighth bit where more follow. Each byte but
 * the last also counts one more, so that every number has exactly one form.
 */
import { DecodeError } from '../../protocol/bytes/decode-error.ts';
import { EncodeError } from '../../protocol/bytes/encode-error.ts';
import type { Reader } from '../../protocol/bytes/reader.ts';
import type { Writer } from '../../protocol/bytes/writer.ts';

const MAX_U32 = 0xffffffff;
const MAX_U64 = 0xffffffffffffffffn;
/** Below this, seven more bits still leave a double exact. */
const MOST_EXACT = 2 ** 46 - 1;

/**
 * Writes a number of up to 64 bits. One beyond 2^53 has to be a `bigint`.
 *
 * @example
 * writeVarInt(writer, 128) // 80 00
 */
export function writeVarInt(writer: Writer, value: number | bigint): void {
  if (typeof value === 'number') {
    const start = placeDigits(value);
    for (let at = start; at < places.length; at++) writer.u8(places[at] as number);
  } else {
    if (value < 0n || value > MAX_U64) throw outOfRange(value);
    writeHuge(writer, value);
  }
}

/** A number of up to 53 bits as bytes: a view, valid until the next one is made. */
export function encodeVarInt(value: number): Uint8Array {
  return places.subarray(placeDigits(value));
}

/** Puts a number at the end of `places`, and answers where it begins. */
function placeDigits(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw outOfRange(value);
  let at = places.length - 1;
  let rest = value;
  places[at] = rest % 128;
  while (rest > 0x7f) {
    rest = Math.floor(rest / 128) - 1;
    places[--at] = 0x80 | (rest % 128);
  }
  return at;
}

/** Ten places: 2^64 - 1 fills all of them. The last byte is made first. */
const places = new Uint8Array(10);

function writeHuge(writer: Writer, value: bigint): void {
  let at = places.length - 1;
  let rest = value;
  places[at] = Number(rest & 0x7fn);
  while (rest > 0x7fn) {
    rest = (rest >> 7n) - 1n;
    places[--at] = 0x80 | Number(rest & 0x7fn);
  }
  writer.bytes(places.subarray(at));
}

/** Reads a number of up to 32 bits: a height, an output's place, a length. */
export function readVarInt(reader: Reader): number {
  let value = 0;
  for (;;) {
    const byte = reader.u8();
    value = value * 128 + (byte & 0x7f);
    if (value > MAX_U32) throw tooLarge();
    if (byte < 0x80) return value;
    if (value === MAX_U32) throw tooLarge();
    value++;
  }
}

/** Reads a number of up to 64 bits: a `bigint` where a double would not be exact. */
export function readVarIntU64(reader: Reader): number | bigint {
  let value = 0;
  for (;;) {
    const byte = reader.u8();
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return value;
    value++;
    if (value > MOST_EXACT) return readHuge(reader, BigInt(value));
  }
}

function readHuge(reader: Reader, start: bigint): bigint {
  let value = start;
  for (;;) {
    const byte = reader.u8();
    value = (value << 7n) | BigInt(byte & 0x7f);
    if (value > MAX_U64) throw tooLarge();
    if (byte < 0x80) return value;
    if (value === MAX_U64) throw tooLarge();
    value++;
  }
}

function tooLarge(): DecodeError {
  return new DecodeError('size-too-large', 'ReadVarInt(): size too large');
}

function outOfRange(value: number | bigint): EncodeError {
  return new EncodeError(
    `${value} has no VARINT: allowed are whole numbers from 0 to 2^64 - 1, as bigint above 2^53`,
  );
}
