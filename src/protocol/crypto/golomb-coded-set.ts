/**
 * Golomb-coded sets (BIP158): a set of byte strings in some 21 bits each, whatever their length. One
 * can ask whether a string is in it; one that is not is taken for a member once in 784,931 times.
 *
 * Each string is hashed to a number below N * M, for N strings; the numbers are sorted, and the
 * difference of each to the one before is written: what is above its lowest P bits as so many ones
 * and a zero, then those P bits.
 */
import { ByteSet } from '../bytes/byte-map.ts';
import { DecodeError } from '../bytes/decode-error.ts';
import { Reader } from '../bytes/reader.ts';
import { Writer } from '../bytes/writer.ts';
import { sipHash } from './siphash.ts';

/** BIP158, "Golomb-Coded Sets", with the parameters of its basic filter. */
const P = 19;
const M = 784931;

/**
 * The coded set of these strings, each counted once. The key, of 16 bytes, is for SipHash.
 *
 * @example
 * golombCodedSetHas(encodeGolombCodedSet(scripts, key), key, scripts[0]) // true
 */
export function encodeGolombCodedSet(items: readonly Uint8Array[], key: Uint8Array): Uint8Array {
  const distinct = new ByteSet();
  const members = items.filter((item) => distinct.add(item));
  const writer = new Writer();
  writer.compactSize(members.length);
  const bits = new BitWriter(writer);
  let previous = 0;
  for (const value of hashedToRange(members, key, members.length)) {
    const difference = value - previous;
    for (let ones = Math.floor(difference / 2 ** P); ones > 0; ones--) bits.write(1, 1);
    bits.write(0, 1);
    bits.write(difference % 2 ** P, P);
    previous = value;
  }
  bits.flush();
  return writer.finish();
}

/** The numbers of a coded set, in ascending order. */
export function decodeGolombCodedSet(encoded: Uint8Array): Float64Array {
  const reader = new Reader(encoded);
  const count = reader.compactSize();
  // Checked before memory is set aside: a number takes P + 1 bits at least.
  if (count * (P + 1) > reader.remaining * 8) {
    throw new DecodeError('end-of-data', `${count} numbers do not fit ${reader.remaining} bytes`);
  }
  const values = new Float64Array(count);
  const bits = new BitReader(reader);
  let value = 0;
  for (let i = 0; i < count; i++) {
    while (bits.read(1) === 1) value += 2 ** P;
    value += bits.read(P);
    values[i] = value;
  }
  reader.end();
  return values;
}

/** Whether a string is in a coded set, or, once in 784,931 times, seems so. */
export function golombCodedSetHas(encoded: Uint8Array, key: Uint8Array, item: Uint8Array): boolean {
  return golombCodedSetHasAny(encoded, key, [item]);
}

/** Whether any of these strings is in a coded set or seems so, at little more than the cost of one. */
export function golombCodedSetHasAny(
  encoded: Uint8Array,
  key: Uint8Array,
  items: readonly Uint8Array[],
): boolean {
  const values = decodeGolombCodedSet(encoded);
  const wanted = hashedToRange(items, key, values.length);
  let next = 0;
  for (const value of values) {
    while (next < wanted.length && (wanted[next] as number) < value) next++;
    if (wanted[next] === value) return true;
  }
  return false;
}

/** The numbers that strings are hashed to in a set of `count`, in ascending order. Below 2^53, so exact. */
function hashedToRange(items: readonly Uint8Array[], key: Uint8Array, count: number): Float64Array {
  const range = BigInt(count) * BigInt(M);
  // The upper 64 bits of the product spread a hash evenly over the range, without a division.
  return Float64Array.from(items, (item) => Number((sipHash(key, item) * range) >> 64n)).sort();
}

/** Writes bits, the highest of a byte first. */
class BitWriter {
  readonly #writer: Writer;
  #byte = 0;
  #free = 8;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  write(value: number, count: number): void {
    for (let left = count; left > 0; ) {
      const taken = Math.min(left, this.#free);
      left -= taken;
      this.#free -= taken;
      this.#byte |= ((value >>> left) & ((1 << taken) - 1)) << this.#free;
      if (this.#free === 0) this.flush();
    }
  }

  /** Fills the last byte up with zeros. */
  flush(): void {
    if (this.#free < 8) this.#writer.u8(this.#byte);
    this.#byte = 0;
    this.#free = 8;
  }
}

/** Reads bits, the highest of a byte first. */
class BitReader {
  readonly #reader: Reader;
  #byte = 0;
  #left = 0;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  read(count: number): number {
    let value = 0;
    for (let wanted = count; wanted > 0; ) {
      if (this.#left === 0) {
        this.#byte = this.#reader.u8();
        this.#left = 8;
      }
      const taken = Math.min(wanted, this.#left);
      this.#left -= taken;
      wanted -= taken;
      value = (value << taken) | ((this.#byte >>> this.#left) & ((1 << taken) - 1));
    }
    return value;
  }
}
