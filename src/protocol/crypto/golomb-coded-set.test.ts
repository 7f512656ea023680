import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../bytes/decode-error.ts';
import { toHex } from '../bytes/hex.ts';
import {
  decodeGolombCodedSet,
  encodeGolombCodedSet,
  golombCodedSetHas,
  golombCodedSetHasAny,
} from './golomb-coded-set.ts';

const M = 784931;
const key = fc.uint8Array({ minLength: 16, maxLength: 16 });
const items = fc.uniqueArray(fc.uint8Array({ maxLength: 40 }), { selector: toHex, maxLength: 60 });

describe('a Golomb-coded set (BIP158)', () => {
  it('has every string that was put in', () => {
    fc.assert(
      fc.property(items, key, (members, k) => {
        const encoded = encodeGolombCodedSet(members, k);
        for (const member of members) expect(golombCodedSetHas(encoded, k, member)).toBe(true);
        expect(golombCodedSetHasAny(encoded, k, members)).toBe(members.length > 0);
        expect(golombCodedSetHasAny(encoded, k, [])).toBe(false);
      }),
    );
  });

  it('seldom has a string that was not', () => {
    const k = new Uint8Array(16).fill(3);
    const member = (i: number) => new TextEncoder().encode(`member ${i}`);
    const encoded = encodeGolombCodedSet(
      Array.from({ length: 100 }, (_, i) => member(i)),
      k,
    );
    let wrong = 0;
    for (let i = 100; i < 1100; i++) if (golombCodedSetHas(encoded, k, member(i))) wrong++;
    expect(wrong).toBe(0);
    const others = Array.from({ length: 500 }, (_, i) => member(1000 + i));
    expect(golombCodedSetHasAny(encoded, k, others)).toBe(false);
    expect(golombCodedSetHasAny(encoded, k, [...others, member(50)])).toBe(true);
  });

  it('counts a string once', () => {
    const twice = [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(1)];
    const k = new Uint8Array(16);
    expect(encodeGolombCodedSet(twice, k)).toEqual(encodeGolombCodedSet(twice.slice(1), k));
  });

  it('is a single zero when empty', () => {
    expect(encodeGolombCodedSet([], new Uint8Array(16))).toEqual(Uint8Array.of(0));
    expect(decodeGolombCodedSet(Uint8Array.of(0))).toHaveLength(0);
  });

  it('holds numbers in ascending order, all below N * M', () => {
    fc.assert(
      fc.property(items, key, (members, k) => {
        const values = [...decodeGolombCodedSet(encodeGolombCodedSet(members, k))];
        expect(values).toHaveLength(members.length);
        expect(values).toEqual([...values].sort((a, b) => a - b));
        for (const value of values) expect(value).toBeLessThan(members.length * M);
      }),
    );
  });

  it('is refused with a typed error when cut off, when longer, and when it is noise', () => {
    fc.assert(
      fc.property(items, key, fc.nat(), (members, k, cut) => {
        const encoded = encodeGolombCodedSet(members, k);
        const short = encoded.subarray(0, cut % encoded.length);
        expect(() => decodeGolombCodedSet(short)).toThrow(DecodeError);
        const long = Uint8Array.of(...encoded, 0);
        expect(() => decodeGolombCodedSet(long)).toThrow(DecodeError);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (noise) => {
        try {
          decodeGolombCodedSet(noise);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
    );
  });

  it('is refused before memory is set aside for what it cannot hold', () => {
    // A count of 2^25, the largest that is read, and one byte.
    const bomb = Uint8Array.of(0xfe, 0, 0, 0, 2, 0);
    expect(() => decodeGolombCodedSet(bomb)).toThrow(/33554432 numbers do not fit 1 bytes/);
  });
});
