import { compactSizeLength } from '../../bytes/compact-size.ts';
import type { OutPoint, TxOut } from '../../primitives/transaction.ts';

/**
 * What a signature signs is written out only to be hashed, so the memory for it is used again and
 * again; a fresh array for every message took as long as hashing it. Sizes are known beforehand and
 * values come from a transaction, so nothing is checked here, unlike in `Writer`.
 */
export class Message {
  #data = new Uint8Array(0);
  #view = new DataView(this.#data.buffer);
  #at = 0;

  constructor(capacity = 1024) {
    this.#grow(capacity);
  }

  /** Begins a message of at most so many bytes. */
  start(capacity: number): this {
    if (capacity > this.#data.length) this.#grow(capacity);
    this.#at = 0;
    return this;
  }

  /** What has been written: a view, good until the next message. */
  finish(): Uint8Array {
    return this.#data.subarray(0, this.#at);
  }

  u8(value: number): this {
    this.#data[this.#at++] = value;
    return this;
  }

  u32(value: number): this {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
    return this;
  }

  i64(value: bigint): this {
    this.#view.setBigInt64(this.#at, value, true);
    this.#at += 8;
    return this;
  }

  bytes(value: Uint8Array): this {
    this.#data.set(value, this.#at);
    this.#at += value.length;
    return this;
  }

  /** So many bytes of value zero. */
  zeros(count: number): this {
    this.#data.fill(0, this.#at, this.#at + count);
    this.#at += count;
    return this;
  }

  compactSize(value: number): this {
    if (value < 253) return this.u8(value);
    if (value <= 0xffff)
      return this.u8(253)
        .u8(value)
        .u8(value >>> 8);
    return this.u8(254).u32(value);
  }

  varBytes(value: Uint8Array): this {
    return this.compactSize(value.length).bytes(value);
  }

  outPoint({ txid, vout }: OutPoint): this {
    return this.bytes(txid).u32(vout);
  }

  output({ value, scriptPubKey }: TxOut): this {
    return this.i64(value).varBytes(scriptPubKey);
  }

  #grow(capacity: number): void {
    this.#data = new Uint8Array(capacity);
    this.#view = new DataView(this.#data.buffer);
  }
}

/** The size of an outpoint. */
export const OUTPOINT_SIZE = 36;

/** The size of bytes with their length in front. */
export function varBytesSize(bytes: Uint8Array): number {
  return compactSizeLength(bytes.length) + bytes.length;
}

/** The size of an output. */
export function outputSize({ scriptPubKey }: TxOut): number {
  return 8 + varBytesSize(scriptPubKey);
}
