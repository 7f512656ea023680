import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compactSizeLength, MAX_COMPACT_SIZE } from './compact-size.ts';
import { DecodeError } from './decode-error.ts';
import { EncodeError } from './encode-error.ts';
import { fromHex, toHex } from './hex.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

function written(write: (writer: Writer) => void): string {
  const writer = new Writer();
  write(writer);
  return toHex(writer.finish());
}

function refusal(hex: string, read: (reader: Reader) => unknown): DecodeError {
  const reader = new Reader(fromHex(hex));
  try {
    read(reader);
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return error as DecodeError;
  }
  throw new Error(`${hex} was accepted`);
}

describe('numbers', () => {
  it.each([
    ['u8', 1, 0n, 0xffn],
    ['u16', 2, 0n, 0xffffn],
    ['u16be', 2, 0n, 0xffffn],
    ['u32', 4, 0n, 0xffffffffn],
    ['i32', 4, -0x80000000n, 0x7fffffffn],
  ] as const)('%s take %i bytes, from %s to %s and no others', (kind, size, least, most) => {
    const range = fc.bigInt({ min: least, max: most });
    fc.assert(
      fc.property(fc.oneof(range, fc.constantFrom(least, most)), (value) => {
        const writer = new Writer();
        writer[kind](Number(value));
        const bytes = writer.finish();
        expect(bytes).toHaveLength(size);
        const view = new DataView(bytes.buffer, bytes.byteOffset);
        const little = kind !== 'u16be';
        const expected = {
          u8: () => view.getUint8(0),
          u16: () => view.getUint16(0, little),
          u16be: () => view.getUint16(0, little),
          u32: () => view.getUint32(0, little),
          i32: () => view.getInt32(0, little),
        };
        expect(expected[kind]()).toBe(Number(value));
        const reader = new Reader(bytes);
        expect(reader[kind]()).toBe(Number(value));
        expect(reader.remaining).toBe(0);
      }),
    );
    const wrong = [Number(least) - 1, Number(most) + 1, 0.5, Number.NaN, Number.POSITIVE_INFINITY];
    for (const value of wrong) expect(() => new Writer()[kind](value)).toThrow(EncodeError);
    const short = '00'.repeat(size - 1);
    expect(refusal(short, (reader) => reader[kind]()).code).toBe('end-of-data');
  });

  it.each([
    ['u64', 0n, 0xffffffffffffffffn],
    ['i64', -0x8000000000000000n, 0x7fffffffffffffffn],
  ] as const)('%s take 8 bytes, from %s to %s and no others', (kind, least, most) => {
    // Around 2^53, where doubles stop being exact, the reader changes its way.
    const edges = [least, most, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n];
    const range = fc.bigInt({ min: least, max: most });
    fc.assert(
      fc.property(fc.oneof(range, fc.constantFrom(...edges)), (value) => {
        const writer = new Writer();
        writer[kind](value);
        const bytes = writer.finish();
        const view = new DataView(bytes.buffer, bytes.byteOffset);
        expect(view.getBigUint64(0, true)).toBe(BigInt.asUintN(64, value));
        expect(bytes).toHaveLength(8);
        expect(new Reader(bytes)[kind]()).toBe(value);
      }),
    );
    expect(() => new Writer()[kind](least - 1n)).toThrow(EncodeError);
    expect(() => new Writer()[kind](most + 1n)).toThrow(EncodeError);
    expect(refusal('00'.repeat(7), (reader) => reader[kind]()).code).toBe('end-of-data');
  });

  it('say which value does not fit, and which would', () => {
    expect(() => new Writer().u8(256)).toThrow(
      '256 does not fit: allowed are whole numbers from 0 to 255',
    );
    expect(() => new Writer().i64(2n ** 63n)).toThrow(
      '9223372036854775808 does not fit: allowed are whole numbers from -2^63 to 2^63 - 1',
    );
  });
});

describe('CompactSize', () => {
  it.each([
    [0, '00'],
    [252, 'fc'],
    [253, 'fdfd00'],
    [0xffff, 'fdffff'],
    [0x10000, 'fe00000100'],
    [0x02000000, 'fe00000002'],
  ])('writes %i as %s, and reads it', (value, hex) => {
    expect(written((writer) => writer.compactSize(value))).toBe(hex);
    expect(new Reader(fromHex(hex)).compactSize()).toBe(value);
    expect(compactSizeLength(value)).toBe(hex.length / 2);
  });

  it.each([
    [0xffffffff, 'feffffffff'],
    [0x100000000n, 'ff0000000001000000'],
    [0xffffffffffffffffn, 'ffffffffffffffffff'],
  ])('writes %s as %s, and reads it as a number but not as a length', (value, hex) => {
    expect(written((writer) => writer.compactSize(value))).toBe(hex);
    expect(new Reader(fromHex(hex)).compactU64()).toBe(value);
    const error = refusal(hex, (reader) => reader.compactSize());
    expect(error).toMatchObject({
      code: 'size-too-large',
      message: 'ReadCompactSize(): size too large',
    });
  });

  it('has a limit of 32 MiB for lengths, as Bitcoin Core has', () => {
    expect(MAX_COMPACT_SIZE).toBe(33_554_432);
    expect(refusal('fe01000002', (reader) => reader.compactSize()).code).toBe('size-too-large');
  });

  it.each([
    'fd0000',
    'fdfc00',
    'fe00000000',
    'feffff0000',
    'ff0000000000000000',
    'ffffffffff00000000',
  ])('refuses %s, which has a shorter form', (hex) => {
    for (const read of ['compactSize', 'compactU64'] as const) {
      expect(refusal(hex, (reader) => reader[read]())).toMatchObject({
        code: 'non-canonical-size',
        message: 'non-canonical ReadCompactSize()',
      });
    }
  });

  it('has exactly one form for each number', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat(3), (drawn, bytes) => {
        const value = drawn >> BigInt(16 * bytes);
        const writer = new Writer();
        writer.compactSize(value);
        expect(BigInt(new Reader(writer.finish()).compactU64())).toBe(value);
        expect(writer.length).toBe(compactSizeLength(Number(value)));
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 9 }), (bytes) => {
        const reader = new Reader(bytes);
        let value: number | bigint;
        try {
          value = reader.compactU64();
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
          return;
        }
        expect(written((writer) => writer.compactSize(value))).toBe(
          toHex(bytes.subarray(0, reader.offset)),
        );
      }),
    );
  });

  it('refuses what is no size', () => {
    for (const value of [-1, 0.5, 252.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect(() => new Writer().compactSize(value)).toThrow(EncodeError);
    }
    expect(() => new Writer().compactSize(-1n)).toThrow(EncodeError);
    expect(() => new Writer().compactSize(2n ** 64n)).toThrow(EncodeError);
  });
});

describe('Reader', () => {
  it('never reads beyond the end, wherever that is', () => {
    const read = fc.constantFrom(
      (reader: Reader) => reader.u8(),
      (reader: Reader) => reader.u16(),
      (reader: Reader) => reader.u16be(),
      (reader: Reader) => reader.i32(),
      (reader: Reader) => reader.u64(),
      (reader: Reader) => reader.bytes(5),
      (reader: Reader) => reader.compactSize(),
      (reader: Reader) => reader.varBytes(),
      (reader: Reader) => reader.count(3),
      (reader: Reader) => reader.rest(),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), fc.array(read), (bytes, reads) => {
        const reader = new Reader(bytes);
        for (const one of reads) {
          try {
            one(reader);
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeError);
          }
          expect(reader.offset).toBeLessThanOrEqual(bytes.length);
          expect(reader.remaining).toBe(bytes.length - reader.offset);
        }
      }),
    );
  });

  it('reads from the middle of an array, and of a larger buffer', () => {
    const whole = fromHex('ffff01020304ffff');
    expect(new Reader(whole, 2).u32()).toBe(0x04030201);
    expect(new Reader(whole.subarray(2, 6)).u32()).toBe(0x04030201);
    expect(refusal('01020304', (reader) => [reader.u16(), reader.u32()]).code).toBe('end-of-data');
  });

  it('hands out views, and copies nothing', () => {
    const whole = fromHex('03010203ff');
    const view = new Reader(whole).varBytes();
    expect(view).toEqual(Uint8Array.of(1, 2, 3));
    expect(view.buffer).toBe(whole.buffer);
  });

  it('refuses a count of more elements than the rest can hold', () => {
    expect(new Reader(fromHex('02aabbccdd')).count(2)).toBe(2);
    expect(refusal('03aabbccdd', (reader) => reader.count(2)).code).toBe('end-of-data');
    expect(refusal('fe00000002', (reader) => reader.count(1)).code).toBe('end-of-data');
  });

  it('refuses what is left over, and says how much and where', () => {
    new Reader(new Uint8Array(0)).end();
    expect(refusal('010203', (reader) => [reader.u8(), reader.end()])).toMatchObject({
      code: 'trailing-bytes',
      message: '2 unexpected bytes after the end, at byte 1',
    });
  });
});

describe('Writer', () => {
  it('grows as needed, from any size', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.array(fc.uint8Array({ maxLength: 700 })), (capacity, parts) => {
        const writer = new Writer(capacity);
        for (const part of parts) writer.bytes(part);
        expect(toHex(writer.finish())).toBe(parts.map(toHex).join(''));
        expect(writer.length).toBe(parts.reduce((sum, part) => sum + part.length, 0));
      }),
    );
  });

  it('takes no more memory than asked for when the size was known', () => {
    const writer = new Writer(100);
    writer.bytes(new Uint8Array(100));
    expect(writer.finish().buffer.byteLength).toBe(100);
  });

  it('starts again when cleared', () => {
    const writer = new Writer();
    writer.u32(1);
    writer.clear().u8(7);
    expect(toHex(writer.finish())).toBe('07');
  });
});
