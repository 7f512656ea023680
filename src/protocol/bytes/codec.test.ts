import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Codec,
  decode,
  encode,
  fixedBytes,
  i32,
  i64,
  struct,
  u8,
  u16,
  u16be,
  u32,
  u64,
  varBytes,
  vector,
} from './codec.ts';
import { DecodeError } from './decode-error.ts';
import { EncodeError } from './encode-error.ts';
import { fromHex, toHex } from './hex.ts';

const bytes = fc.uint8Array({ maxLength: 40 });

const kinds: readonly [string, Codec<unknown>, fc.Arbitrary<unknown>][] = [
  ['u8', u8, fc.nat(0xff)],
  ['u16', u16, fc.nat(0xffff)],
  ['u16be', u16be, fc.nat(0xffff)],
  ['u32', u32, fc.integer({ min: 0, max: 0xffffffff })],
  ['i32', i32, fc.integer()],
  ['u64', u64, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })],
  ['i64', i64, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
  ['varBytes', varBytes, bytes],
  ['fixedBytes', fixedBytes(5), fc.uint8Array({ minLength: 5, maxLength: 5 })],
  ['vector', vector(varBytes), fc.array(bytes, { maxLength: 10 })],
  [
    'struct',
    struct({ first: u16, rest: vector(struct({ amount: i64, name: varBytes })) }),
    fc.record({
      first: fc.nat(0xffff),
      rest: fc.array(
        fc.record({ amount: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), name: bytes }),
      ),
    }),
  ],
];

describe.each(kinds)('the codec %s', (_name, codec, values) => {
  it('reads what it has written', () => {
    fc.assert(
      fc.property(values, (value) => {
        const encoded = encode(codec, value);
        expect(decode(codec, encoded)).toEqual(value);
        expect(encoded.length).toBeGreaterThanOrEqual(codec.minSize);
      }),
    );
  });

  it('writes what it has read, and reads nothing else', () => {
    const input = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      values.map((value) => encode(codec, value)),
    );
    fc.assert(
      fc.property(input, fc.nat(), fc.nat(255), (drawn, at, flip) => {
        const changed = Uint8Array.from(drawn);
        if (changed.length > 0) changed[at % changed.length] = flip;
        let value: unknown;
        try {
          value = decode(codec, changed);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
          return;
        }
        expect(toHex(encode(codec, value))).toBe(toHex(changed));
      }),
      { numRuns: 300 },
    );
  });

  it('refuses an encoding that is cut off, or goes on', () => {
    fc.assert(
      fc.property(values, fc.nat(), (value, drawn) => {
        const encoded = encode(codec, value);
        const cut = encoded.subarray(0, drawn % encoded.length);
        expect(() => decode(codec, cut)).toThrow(DecodeError);
        const longer = new Uint8Array(encoded.length + 1);
        longer.set(encoded);
        expect(() => decode(codec, longer)).toThrow('1 unexpected bytes after the end');
      }),
    );
  });
});

describe('a count', () => {
  it('that the input cannot hold is refused before a single element is read', () => {
    let reads = 0;
    const element: Codec<number> = { ...u32, read: (reader) => ++reads && reader.u32() };
    // 33,554,432 elements of four bytes, and two of them are there.
    const hostile = fromHex('fe000000020102030405060708');
    expect(() => decode(vector(element), hostile)).toThrow('end of data');
    expect(reads).toBe(0);
    expect(() => decode(vector(vector(vector(element))), fromHex('03fefefe'))).toThrow(DecodeError);
    expect(reads).toBe(0);
  });

  it('is checked against the least that a structure takes', () => {
    const pair = struct({ id: fixedBytes(32), tag: varBytes });
    expect(pair.minSize).toBe(33);
    expect(decode(vector(pair), fromHex(`01${'00'.repeat(33)}`))).toHaveLength(1);
    expect(() => decode(vector(pair), fromHex(`02${'00'.repeat(65)}`))).toThrow('end of data');
  });
});

it('refuses to write bytes of another length than the field has', () => {
  expect(() => encode(fixedBytes(32), new Uint8Array(31))).toThrow(EncodeError);
  expect(() => encode(fixedBytes(32), new Uint8Array(33))).toThrow(
    '33 bytes where exactly 32 belong',
  );
});

it('takes no more memory than asked for when the size was known', () => {
  expect(encode(u64, 1n, 8).buffer.byteLength).toBe(8);
});
