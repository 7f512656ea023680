import { Writer } from '../../protocol/bytes/writer.ts';
import { compressAmount } from '../coins/compressed-amount.ts';
import { encodeVarInt, writeVarInt } from '../coins/var-int.ts';

/** Longer than any key, and than any value that is written by this. */
const CAPACITY = 256;

/**
 * Writes the keys and values of an index. There are several for every transaction, so nothing is made
 * anew: what comes out is a view that is valid until the writer is used again. {@link Changes} copies.
 *
 * Numbers in keys are big-endian, so that the order of the keys is that of the numbers.
 */
export class RowWriter {
  readonly #data = new Uint8Array(CAPACITY);
  #length = 0;

  /** Begins a row. */
  start(): this {
    this.#length = 0;
    return this;
  }

  u8(value: number): this {
    this.#data[this.#length++] = value;
    return this;
  }

  u32be(value: number): this {
    putU32(this.#data, this.#length, value);
    this.#length += 4;
    return this;
  }

  bytes(value: Uint8Array): this {
    this.#data.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /** Bitcoin Core's VARINT. */
  varInt(value: number | bigint): this {
    if (typeof value === 'number') return this.bytes(encodeVarInt(value));
    const writer = new Writer(16);
    writeVarInt(writer, value);
    return this.bytes(writer.finish());
  }

  /** Satoshis, in as few bytes as they take. */
  amount(value: bigint): this {
    return this.varInt(compressAmount(value));
  }

  /** A view of the row. */
  finish(): Uint8Array {
    return this.#data.subarray(0, this.#length);
  }
}

export function putU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

export function readU32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
}
