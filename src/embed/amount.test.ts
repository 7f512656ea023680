import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountText } from '../protocol/report/json-text.ts';
import { type Amount, satoshisFrom } from './amount.ts';
import { NodeError } from './node-error.ts';

describe('amounts', () => {
  it.each<[Amount, bigint]>([
    [1n, 1n],
    [150_000_000n, 150_000_000n],
    ['1.5', 150_000_000n],
    [1.5, 150_000_000n],
    [1, 100_000_000n],
    ['0.00000001', 1n],
    [1e-8, 1n],
    [0.00000123, 123n],
    [0.1, 10_000_000n],
    ['21000000', 2_100_000_000_000_000n],
  ])('%s is %s satoshis', (amount, satoshis) => {
    expect(satoshisFrom(amount)).toBe(satoshis);
  });

  it.each<Amount>([
    0,
    0n,
    '0',
    -1,
    -1n,
    '-1',
    0.1 + 0.2,
    1e-9,
    1.5e-8,
    '1.123456789',
    '1e3',
    ' 1',
    '',
    '.5',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    21_000_001,
    2_100_000_000_000_001n,
  ])('%s is none, and the message says what is', (amount) => {
    const attempt = (): bigint => satoshisFrom(amount);
    expect(attempt).toThrow(NodeError);
    expect(attempt).toThrow(/is none; allowed: satoshis as a bigint/);
  });

  it('are exact in every form', () => {
    const any = fc.bigInt({ min: 1n, max: 2_100_000_000_000_000n });
    fc.assert(
      fc.property(any, (satoshis) => {
        const text = amountText(satoshis);
        expect(satoshisFrom(text)).toBe(satoshis);
        expect(satoshisFrom(Number(text))).toBe(satoshis);
      }),
    );
  });
});
