import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountNumber, amountText, type Json, jsonText } from './json-text.ts';

describe('amounts', () => {
  it('have eight decimals, whatever their size and sign', () => {
    expect(amountText(0n)).toBe('0.00000000');
    expect(amountText(1n)).toBe('0.00000001');
    expect(amountText(-1n)).toBe('-0.00000001');
    expect(amountText(5_000_000_000n)).toBe('50.00000000');
    expect(amountText(2_100_000_000_000_000n)).toBe('21000000.00000000');
    expect(amountText(-(2n ** 63n))).toBe('-92233720368.54775808');
  });

  it('are numbers, not text', () => {
    expect(jsonText({ value: amountNumber(10_000_000n) })).toBe('{"value":0.10000000}');
  });
});

describe('numbers', () => {
  it('beyond 2^53 keep all of their digits as bigints', () => {
    expect(jsonText(18_446_744_073_709_551_615n)).toBe('18446744073709551615');
  });

  // What printf("%.16g") of the GNU C library makes of them.
  const fractions: readonly (readonly [number, string])[] = [
    [4.656542373906925e-10, '4.656542373906925e-10'],
    [0.1, '0.1'],
    [0.1 + 0.2, '0.3'],
    [1.5, '1.5'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [1e21, '1e+21'],
    [123456789012345.67, '123456789012345.7'],
    [2 ** 53, '9007199254740992'],
    [1e16, '1e+16'],
    [-0.5, '-0.5'],
    [95672703408223.94, '95672703408223.94'],
    [1 - 2 ** -53, '0.9999999999999999'],
    // Just below, and rounded up over all digits.
    [1e-7, '1e-07'],
  ];

  it.each(fractions)('have sixteen digits: %f', (value, text) => {
    expect(jsonText(value)).toBe(text);
  });

  it('that lie in the middle are rounded to the even digit, as C does', () => {
    // 2^-24 is 5.9604644775390625e-08, the difficulty of bits 0x2000ffff.
    expect(jsonText(2 ** -24)).toBe('5.960464477539062e-08');
    expect(jsonText(3 * 2 ** -24)).toBe('1.788139343261719e-07');
  });

  it('that JSON cannot say are null', () => {
    expect(jsonText([Number.POSITIVE_INFINITY, Number.NaN])).toBe('[null,null]');
  });
});

describe('the layout', () => {
  it('is that of bitcoin-cli, with its broken line in an empty list', () => {
    expect(jsonText({ a: 1, b: ['x', {}], c: [] }, 2)).toBe(
      '{\n  "a": 1,\n  "b": [\n    "x",\n    {\n    }\n  ],\n  "c": [\n  ]\n}',
    );
  });

  it('leaves out what is undefined', () => {
    expect(jsonText({ a: undefined, b: null })).toBe('{"b":null}');
  });

  it('escapes what Core escapes', () => {
    expect(jsonText('"\\\b\f\n\r\t\u0001\u001f\u007fé')).toBe(
      '"\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\\u007fé"',
    );
  });
});

it('what is written is read back as the same value, indented or not', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (any, indent) => {
      const value = asFloats(any);
      const text = jsonText(value, indent);
      expect(asFloats(JSON.parse(text) as Json)).toEqual(value);
    }),
  );
});

/** Sixteen digits do not tell all 64-bit fractions apart, but they do the 32-bit ones. */
function asFloats(value: unknown): Json {
  const text = JSON.stringify(value, (_name, item: unknown) =>
    typeof item === 'number' ? Math.fround(item) : item,
  );
  return JSON.parse(text) as Json;
}
