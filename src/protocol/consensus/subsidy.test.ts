import { describe, expect, it } from 'vitest';
import { blockSubsidy } from './subsidy.ts';

const main = { initialSubsidy: 5_000_000_000n, halvingInterval: 210_000 };

describe('blockSubsidy', () => {
  it('halves every 210,000 blocks on the main network', () => {
    expect(blockSubsidy(0, main)).toBe(5_000_000_000n);
    expect(blockSubsidy(209_999, main)).toBe(5_000_000_000n);
    expect(blockSubsidy(210_000, main)).toBe(2_500_000_000n);
    expect(blockSubsidy(840_000, main)).toBe(312_500_000n);
  });

  it('ends after the 33rd halving, and stays at zero where a 64-bit shift would begin again', () => {
    expect(blockSubsidy(32 * 210_000, main)).toBe(1n);
    expect(blockSubsidy(33 * 210_000, main)).toBe(0n);
    expect(blockSubsidy(64 * 210_000, main)).toBe(0n);
    expect(blockSubsidy(1000 * 210_000, main)).toBe(0n);
  });

  it('adds up to a little less than 21 million coins', () => {
    let supply = 0n;
    for (let era = 0; era < 70; era++) supply += blockSubsidy(era * 210_000, main) * 210_000n;
    expect(supply).toBe(2_099_999_997_690_000n);
  });
});
