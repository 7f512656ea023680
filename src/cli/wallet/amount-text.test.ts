import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../usage-error.ts';
import { alignedCoins, exactCoins, feeRateText, parseCoins, parseFeeRate } from './amount-text.ts';

const MOST = 2_100_000_000_000_000n;

describe('an amount that was typed', () => {
  it('is read to the last satoshi, and written as it was', () => {
    const amounts = fc.bigInt({ min: 1n, max: MOST });
    fc.assert(
      fc.property(amounts, (amount) => {
        expect(parseCoins(exactCoins(amount), 'AMOUNT')).toBe(amount);
      }),
    );
  });

  it.each([
    ['1', 100_000_000n],
    ['1.', 100_000_000n],
    ['.5', 50_000_000n],
    ['0.00000001', 1n],
    ['21000000', MOST],
  ])('%s', (text, amount) => {
    expect(parseCoins(text, 'AMOUNT')).toBe(amount);
  });

  it.each([
    ['0.123456789', 'AMOUNT is "0.123456789": it has 9 decimals; allowed are up to 8'],
    ['1,5', 'AMOUNT is "1,5": allowed are digits and a decimal point, such as 1.5'],
    ['1e8', 'allowed are digits'],
    ['', 'allowed are digits'],
    ['.', 'allowed are digits'],
    ['0', 'AMOUNT is "0"; allowed is more than 0, and up to 21,000,000 coins'],
    ['21000000.00000001', 'up to 21,000,000 coins'],
    ['99999999999999999999', 'allowed are digits'],
  ])('%s is refused', (text, message) => {
    expect(() => parseCoins(text, 'AMOUNT')).toThrow(UsageError);
    expect(() => parseCoins(text, 'AMOUNT')).toThrow(message);
  });
});

it('a fee rate has up to three decimals, and is more than nothing', () => {
  expect(parseFeeRate(undefined)).toBeUndefined();
  expect(parseFeeRate('1.5')).toBe(1_500n);
  expect(parseFeeRate('20')).toBe(20_000n);
  expect(() => parseFeeRate('0')).toThrow('--fee-rate is "0" satoshis per vbyte: allowed is more');
  expect(() => parseFeeRate('1.2345')).toThrow('it has 4 decimals; allowed are up to 3');
  expect(() => parseFeeRate('100001')).toThrow('up to 100,000');
});

it('amounts below one, and below zero, are written in full', () => {
  expect(exactCoins(-1n)).toBe('-0.00000001');
  expect(exactCoins(150_000_000n)).toBe('1.50000000');
});

it('a column has as many decimals as one of its amounts needs', () => {
  expect(alignedCoins([150_000_000n, 5_000_000_000n])).toEqual(['1.5', '50.0']);
  expect(alignedCoins([0n, 5_000_000_000n])).toEqual(['0', '50']);
  expect(alignedCoins([-1n, 100_000_000n])).toEqual(['-0.00000001', '1.00000000']);
  expect(alignedCoins([])).toEqual([]);
});

it('a fee has a rate', () => {
  expect(feeRateText(282n, 141)).toBe('2 sat/vB');
  expect(feeRateText(211n, 141)).toBe('1.5 sat/vB');
});
