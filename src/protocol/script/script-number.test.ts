import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../bytes/hex.ts';
import { ScriptError } from './script-error.ts';
import { decodeScriptNumber, encodeScriptNumber, isTruthy } from './script-number.ts';

describe('script numbers', () => {
  it('come back as they were written, in their shortest form', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 39) + 1, max: 2 ** 39 - 1 }), (value) => {
        const bytes = encodeScriptNumber(value);
        expect(decodeScriptNumber(bytes, true, 5)).toBe(value);
      }),
    );
  });

  it('are little-endian, with the sign in the highest bit', () => {
    const known = { '': 0, '01': 1, '81': -1, '7f': 127, '8000': 128, '8080': -128, ff00: 255 };
    for (const [bytes, value] of Object.entries(known)) {
      expect(toHex(encodeScriptNumber(value))).toBe(bytes);
      expect(decodeScriptNumber(fromHex(bytes), true)).toBe(value);
    }
    expect(toHex(encodeScriptNumber(-0))).toBe('');
  });

  it('have four bytes at most unless more are allowed', () => {
    expect(decodeScriptNumber(fromHex('ffffff7f'), true)).toBe(2_147_483_647);
    expect(() => decodeScriptNumber(fromHex('0000008000'), true)).toThrow(ScriptError);
    expect(decodeScriptNumber(fromHex('0000008000'), true, 5)).toBe(2_147_483_648);
  });

  it('may be longer than needed only where that is not forbidden (BIP62)', () => {
    for (const [bytes, value] of [
      ['00', 0],
      ['80', 0],
      ['0100', 1],
      ['0180', -1],
      ['000080', 0],
      ['7f0000', 127],
    ] as const) {
      expect(decodeScriptNumber(fromHex(bytes), false)).toBeCloseTo(value, 10);
      expect(() => decodeScriptNumber(fromHex(bytes), true)).toThrow('unknown error');
    }
  });

  it('count as true unless they are zero, of either sign and any length', () => {
    for (const zero of ['', '00', '80', '0000', '000080'])
      expect(isTruthy(fromHex(zero))).toBe(false);
    for (const other of ['01', '81', '8000', '800080', '0001'])
      expect(isTruthy(fromHex(other))).toBe(true);
  });
});
