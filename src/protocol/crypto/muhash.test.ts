import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../bytes/decode-error.ts';
import { toHex, toReversedHex } from '../bytes/hex.ts';
import {
  decodeMuHash,
  EMPTY_MUHASH,
  encodeMuHash,
  type MuHash,
  muHashCombine,
  muHashDigest,
  muHashInsert,
  muHashRemove,
} from './muhash.ts';

const element = (value: number) => Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? value : 0));
const setOf = (elements: readonly Uint8Array[]) => elements.reduce(muHashInsert, EMPTY_MUHASH);

describe('MuHash3072', () => {
  it('gives the answer that Bitcoin Core tests for', () => {
    const set = muHashRemove(setOf([element(0), element(1)]), element(2));
    expect(toReversedHex(muHashDigest(set))).toBe(
      '10d312b100cbd32ada024a6646e40d3482fcff103668d2625f10002a607d5863',
    );
  });

  it('takes a number beyond the prime for what is left of it', () => {
    const beyond: MuHash = { numerator: 2n ** 3072n - 1n, denominator: 1n };
    expect(toHex(muHashDigest(beyond))).toBe(
      '3a31e6903aff0de9f62f9a9f7f8b861de76ce2cda09822b90014319ae5dc2271',
    );
    expect(muHashDigest(beyond)).toEqual(
      muHashDigest({ numerator: 1103717n - 1n, denominator: 1n }),
    );
  });

  const elements = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 });

  it('does not depend on the order, and puts sets together', () => {
    fc.assert(
      fc.property(elements, fc.nat(6), (items, cut) => {
        const whole = toHex(muHashDigest(setOf(items)));
        expect(toHex(muHashDigest(setOf([...items].reverse())))).toBe(whole);
        const both = muHashCombine(setOf(items.slice(0, cut)), setOf(items.slice(cut)));
        expect(toHex(muHashDigest(both))).toBe(whole);
      }),
      { numRuns: 30 },
    );
  });

  it('forgets what is taken out, be it before it is put in', () => {
    fc.assert(
      fc.property(elements, elements, (kept, passing) => {
        const empty = passing.reduce(muHashRemove, EMPTY_MUHASH);
        const set = [...passing, ...kept].reduce(muHashInsert, empty);
        expect(muHashDigest(set)).toEqual(muHashDigest(setOf(kept)));
      }),
      { numRuns: 30 },
    );
  });

  it('is the same bytes for the same set, and goes on from them', () => {
    fc.assert(
      fc.property(elements, elements, (first, second) => {
        const passing = second.reduce(muHashRemove, second.reduce(muHashInsert, setOf(first)));
        const bytes = encodeMuHash(passing);
        expect(bytes).toEqual(encodeMuHash(setOf(first)));
        expect(bytes).toHaveLength(384);
        const set = second.reduce(muHashInsert, decodeMuHash(bytes));
        expect(muHashDigest(set)).toEqual(muHashDigest(setOf([...first, ...second])));
      }),
      { numRuns: 30 },
    );
    expect(() => decodeMuHash(new Uint8Array(383))).toThrow(DecodeError);
  });

  it('tells sets apart, and counts what is in them twice', () => {
    const sets = [[], [element(1)], [element(1), element(1)], [element(2)]];
    expect(new Set(sets.map((set) => toHex(muHashDigest(setOf(set))))).size).toBe(4);
  });
});
