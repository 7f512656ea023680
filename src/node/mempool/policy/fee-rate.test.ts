import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { feeAt, feeRateOf, formatFeeRate } from './fee-rate.ts';

describe('feeAt', () => {
  it('rounds up to whole satoshis, as CFeeRate::GetFee', () => {
    expect(feeAt(1_000n, 141)).toBe(141n);
    expect(feeAt(1_001n, 141)).toBe(142n);
    expect(feeAt(999n, 1_000)).toBe(999n);
    expect(feeAt(123n, 9)).toBe(2n);
    expect(feeAt(123n, 122)).toBe(16n);
  });

  it('asks for a satoshi at least, unless the rate or the size is zero', () => {
    expect(feeAt(1n, 1)).toBe(1n);
    expect(feeAt(0n, 1_000)).toBe(0n);
    expect(feeAt(1_000n, 0)).toBe(0n);
  });

  it('rounds negative rates up too, and never to zero', () => {
    expect(feeAt(-1_000n, 121)).toBe(-121n);
    expect(feeAt(-1_001n, 121)).toBe(-121n);
    expect(feeAt(-1n, 1)).toBe(-1n);
  });
});

describe('feeRateOf', () => {
  it('rounds towards zero, and is zero for nothing', () => {
    expect(feeRateOf(200n, 141)).toBe(1_418n);
    expect(feeRateOf(-200n, 141)).toBe(-1_418n);
    expect(feeRateOf(200n, 0)).toBe(0n);
  });

  it('never asks for more than was paid', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 12n), fc.integer({ min: 1, max: 400_000 }), (fee, vsize) => {
        expect(feeAt(feeRateOf(fee, vsize), vsize)).toBeLessThanOrEqual(fee);
      }),
    );
  });
});

describe('formatFeeRate', () => {
  it('is as Core prints it', () => {
    expect(formatFeeRate(1_000n)).toBe('0.00001000 BTC/kvB');
    expect(formatFeeRate(123_456_789n)).toBe('1.23456789 BTC/kvB');
    expect(formatFeeRate(0n)).toBe('0.00000000 BTC/kvB');
  });
});
