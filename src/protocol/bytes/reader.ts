import { MAX_COMPACT_SIZE } from './compact-size.ts';
import { DecodeError } from './decode-error.ts';

const MAX_I64 = 2n ** 63n - 1n;
const NO_BYTES = new Uint8Array(0);

/**
 * Reads Bitcoin's little-endian wire format from front to back.
 *
 * Nothing is copied: {@link bytes} answers with a view of the input. Whoever keeps a small piece of
 * a large input for long copies it, so that the large one can be freed.
 */
export class Reader {
  readonly data: Uint8Array;
  offset: number;

  constructor(data: Uint8Array, offset = 0) {
    this.data = data;
    this.offset = offset;
  }

  get remaining(): number {
    return this.data.length - this.offset;
  }

  u8(): number {
    return this.data[this.#advance(1)] as number;
  }

  u16(): number {
    const at = this.#advance(2);
    return (this.data[at] as number) | ((this.data[at + 1] as number) << 8);
  }

  /** Network ports are the one big-endian number of the protocol. */
  u16be(): number {
    const at = this.#advance(2);
    return ((this.data[at] as number) << 8) | (this.data[at + 1] as number);
  }

  i32(): number {
    const data = this.data;
    const at = this.#advance(4);
    return (
      (data[at] as number) |
      ((data[at + 1] as number) << 8) |
      ((data[at + 2] as number) << 16) |
      ((data[at + 3] as number) << 24)
    );
  }

  u32(): number {
    return this.i32() >>> 0;
  }

  u64(): bigint {
    const low = this.u32();
    const high = this.u32();
    // Nearly every amount fits a double exactly, and one conversion is cheaper than three.
    if (high < 0x200000) return BigInt(high * 0x100000000 + low);
    return (BigInt(high) << 32n) | BigInt(low);
  }

  i64(): bigint {
    const value = this.u64();
    // Nearly every amount stays as it is, and asking is cheaper than making another one.
    return value <= MAX_I64 ? value : BigInt.asIntN(64, value);
  }

  bytes(length: number): Uint8Array {
    const at = this.#advance(length);
    return this.data.subarray(at, at + length);
  }

  /** The view of everything that is left. */
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  /**
   * A CompactSize that is a length or a count, which must use its shortest form and stay below
   * {@link MAX_COMPACT_SIZE}.
   */
  compactSize(): number {
    const size = this.compactU64();
    if (size > MAX_COMPACT_SIZE) {
      throw new DecodeError('size-too-large', 'ReadCompactSize(): size too large');
    }
    return Number(size);
  }

  /** A CompactSize that is a plain number (service bits, short ids) and may take all 64 bits. */
  compactU64(): number | bigint {
    const first = this.u8();
    if (first < 253) return first;
    const value = first === 253 ? this.u16() : first === 254 ? this.u32() : this.u64();
    const least = first === 253 ? 253 : first === 254 ? 0x10000 : 0x100000000;
    if (value < least) {
      throw new DecodeError('non-canonical-size', 'non-canonical ReadCompactSize()');
    }
    return value;
  }

  /**
   * A count of elements to follow, each of at least `minSize` bytes. A count that the rest of the
   * input cannot hold is refused here, before anything is allocated for it.
   */
  count(minSize: number): number {
    const count = this.compactSize();
    if (count * minSize > this.remaining) throw endOfData();
    return count;
  }

  /** Bytes with their length in front. */
  varBytes(): Uint8Array {
    const length = this.compactSize();
    // Nearly every input has an empty script, and a view of nothing takes as much memory as any other.
    return length === 0 ? NO_BYTES : this.bytes(length);
  }

  /** Refuses whatever is left. */
  end(): void {
    if (this.remaining > 0) {
      throw new DecodeError(
        'trailing-bytes',
        `${this.remaining} unexpected bytes after the end, at byte ${this.offset}`,
      );
    }
  }

  #advance(length: number): number {
    const at = this.offset;
    if (at + length > this.data.length) throw endOfData();
    this.offset = at + length;
    return at;
  }
}

function endOfData(): DecodeError {
  return new DecodeError('end-of-data', 'DataStream::read(): end of data');
}
