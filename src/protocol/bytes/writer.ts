import { EncodeError } from './encode-error.ts';

const INITIAL_CAPACITY = 256;
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Writes Bitcoin's little-endian wire format into an array that grows. */
export class Writer {
  #data: Uint8Array;
  #length = 0;

  constructor(capacity = INITIAL_CAPACITY) {
    this.#data = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** What has been written: a view, valid until the writer is used again. */
  finish(): Uint8Array {
    return this.#data.subarray(0, this.#length);
  }

  /** Starts again from nothing, in the same memory. */
  clear(): this {
    this.#length = 0;
    return this;
  }

  u8(value: number): void {
    check(value, 0, 0xff);
    const at = this.#grow(1);
    this.#data[at] = value;
  }

  u16(value: number): void {
    check(value, 0, 0xffff);
    const at = this.#grow(2);
    this.#data[at] = value;
    this.#data[at + 1] = value >>> 8;
  }

  /** Network ports are the one big-endian number of the protocol. */
  u16be(value: number): void {
    check(value, 0, 0xffff);
    const at = this.#grow(2);
    this.#data[at] = value >>> 8;
    this.#data[at + 1] = value;
  }

  u32(value: number): void {
    check(value, 0, 0xffffffff);
    this.#putWord(value);
  }

  i32(value: number): void {
    check(value, -0x80000000, 0x7fffffff);
    this.#putWord(value);
  }

  u64(value: bigint): void {
    if (value < 0n || value > 0xffffffffffffffffn) throw outOfRange(value, '0', '2^64 - 1');
    this.#putLong(value);
  }

  i64(value: bigint): void {
    const isUsual = value >= 0n && value <= MAX_SAFE;
    if (!isUsual && BigInt.asIntN(64, value) !== value) {
      throw outOfRange(value, '-2^63', '2^63 - 1');
    }
    this.#putLong(isUsual ? value : BigInt.asUintN(64, value));
  }

  bytes(value: Uint8Array): void {
    const at = this.#grow(value.length);
    this.#data.set(value, at);
  }

  compactSize(value: number | bigint): void {
    if (value < 253) {
      this.u8(Number(value));
    } else if (value <= 0xffff) {
      this.u8(253);
      this.u16(Number(value));
    } else if (value <= 0xffffffff) {
      this.u8(254);
      this.u32(Number(value));
    } else {
      if (typeof value === 'number') check(value, 0, Number.MAX_SAFE_INTEGER);
      this.u8(255);
      this.u64(BigInt(value));
    }
  }

  /** Bytes with their length in front. */
  varBytes(value: Uint8Array): void {
    this.compactSize(value.length);
    this.bytes(value);
  }

  #putWord(value: number): void {
    const at = this.#grow(4);
    const data = this.#data;
    data[at] = value;
    data[at + 1] = value >>> 8;
    data[at + 2] = value >>> 16;
    data[at + 3] = value >>> 24;
  }

  #putLong(value: bigint): void {
    // Nearly every amount fits a double exactly, and one conversion is cheaper than four.
    if (value <= MAX_SAFE) {
      const double = Number(value);
      this.#putWord(double >>> 0);
      this.#putWord((double / 0x100000000) >>> 0);
      return;
    }
    this.#putWord(Number(value & 0xffffffffn));
    this.#putWord(Number(value >> 32n));
  }

  #grow(by: number): number {
    const at = this.#length;
    const needed = at + by;
    if (needed > this.#data.length) {
      const larger = new Uint8Array(Math.max(needed, this.#data.length * 2));
      larger.set(this.finish());
      this.#data = larger;
    }
    this.#length = needed;
    return at;
  }
}

function check(value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw outOfRange(value, String(least), String(most));
  }
}

function outOfRange(value: number | bigint, least: string, most: string): EncodeError {
  return new EncodeError(
    `${value} does not fit: allowed are whole numbers from ${least} to ${most}`,
  );
}
