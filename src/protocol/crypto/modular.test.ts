import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modularInverse } from './modular.ts';

describe('the inverse modulo a prime', () => {
  it('times the number is one', () => {
    for (const prime of [2n ** 255n - 19n, 2n ** 3072n - 1103717n, 7n]) {
      fc.assert(
        fc.property(fc.bigInt(1n, prime - 1n), (value) => {
          const inverse = modularInverse(value, prime);
          expect((value * inverse) % prime).toBe(1n);
          expect(inverse > 0n && inverse < prime).toBe(true);
        }),
        { numRuns: 30 },
      );
    }
  });

  it('is that of the remainder, for a number beyond the prime', () => {
    expect(modularInverse(3n + 700n, 7n)).toBe(5n);
  });
});
