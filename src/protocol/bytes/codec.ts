/**
 * The codec kit: a structure of the protocol is written down once, as a table of fields in wire
 * order, and reads and writes itself by it.
 *
 * @example
 * const outPoint = struct({ txid: fixedBytes(32), vout: u32 });
 * decode(outPoint, bytes) // { txid, vout }
 */

import { EncodeError } from './encode-error.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

/** How a value is read and written. `decode(encode(x))` is `x`, and `encode(decode(b))` is `b`. */
export interface Codec<T> {
  /** The fewest bytes that a value can take: bounds a count before memory is set aside for it. */
  readonly minSize: number;
  read(reader: Reader): T;
  write(writer: Writer, value: T): void;
}

/** The type of the values of a codec. */
export type Decoded<C> = C extends Codec<infer T> ? T : never;

/** Reads a value that takes up the whole input. */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array): T {
  const reader = new Reader(bytes);
  const value = codec.read(reader);
  reader.end();
  return value;
}

/** Writes a value into an array of its own. Whoever knows its size saves the array from growing. */
export function encode<T>(codec: Codec<T>, value: T, size?: number): Uint8Array {
  const writer = new Writer(size);
  codec.write(writer, value);
  return writer.finish();
}

export const u8: Codec<number> = {
  minSize: 1,
  read: (reader) => reader.u8(),
  write: (writer, value) => writer.u8(value),
};

export const u16: Codec<number> = {
  minSize: 2,
  read: (reader) => reader.u16(),
  write: (writer, value) => writer.u16(value),
};

export const u16be: Codec<number> = {
  minSize: 2,
  read: (reader) => reader.u16be(),
  write: (writer, value) => writer.u16be(value),
};

export const u32: Codec<number> = {
  minSize: 4,
  read: (reader) => reader.u32(),
  write: (writer, value) => writer.u32(value),
};

export const i32: Codec<number> = {
  minSize: 4,
  read: (reader) => reader.i32(),
  write: (writer, value) => writer.i32(value),
};

export const u64: Codec<bigint> = {
  minSize: 8,
  read: (reader) => reader.u64(),
  write: (writer, value) => writer.u64(value),
};

export const i64: Codec<bigint> = {
  minSize: 8,
  read: (reader) => reader.i64(),
  write: (writer, value) => writer.i64(value),
};

/** Bytes with their length in front. */
export const varBytes: Codec<Uint8Array> = {
  minSize: 1,
  read: (reader) => reader.varBytes(),
  write: (writer, value) => writer.varBytes(value),
};

/** Exactly so many bytes. Name a branded type to tell hashes apart: `fixedBytes<Txid>(32)`. */
export function fixedBytes<T extends Uint8Array = Uint8Array>(length: number): Codec<T> {
  return {
    minSize: length,
    read: (reader) => reader.bytes(length) as T,
    write(writer, value) {
      if (value.length !== length) {
        throw new EncodeError(`${value.length} bytes where exactly ${length} belong`);
      }
      writer.bytes(value);
    },
  };
}

/** A count, and so many elements. */
export function vector<T>(element: Codec<T>): Codec<readonly T[]> {
  return {
    minSize: 1,
    read(reader) {
      const count = reader.count(element.minSize);
      const values: T[] = [];
      for (let i = 0; i < count; i++) values.push(element.read(reader));
      return values;
    },
    write(writer, values) {
      writer.compactSize(values.length);
      for (const value of values) element.write(writer, value);
    },
  };
}

type Fields = Readonly<Record<string, Codec<unknown>>>;
type Struct<F extends Fields> = { readonly [K in keyof F]: Decoded<F[K]> };

/** Fields one after the other, in the order of the table. */
export function struct<F extends Fields>(fields: F): Codec<Struct<F>> {
  const entries = Object.entries(fields);
  return {
    minSize: entries.reduce((sum, [, codec]) => sum + codec.minSize, 0),
    read(reader) {
      const value: Record<string, unknown> = {};
      for (const [name, codec] of entries) value[name] = codec.read(reader);
      return value as Struct<F>;
    },
    write(writer, value) {
      for (const [name, codec] of entries) codec.write(writer, value[name]);
    },
  };
}
