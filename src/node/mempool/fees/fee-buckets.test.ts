import { describe, expect, it } from 'vitest';
import { feeBucketOf, feeBuckets } from './fee-buckets.ts';

describe('the classes of fee rates', () => {
  it('begin at 1,000 and grow by 5 % up to 10,000,000, with one for what is above', () => {
    expect(feeBuckets[0]).toBe(1_000);
    expect(feeBuckets[1]).toBe(1_050);
    expect(feeBuckets).toHaveLength(190);
    expect(feeBuckets[188]).toBeLessThanOrEqual(10_000_000);
    expect(feeBuckets[189]).toBe(1e99);
  });

  it('include their upper bound', () => {
    expect([0, 1_000, 1_001, 1_050, 1_051].map(feeBucketOf)).toEqual([0, 0, 1, 1, 2]);
    expect(feeBucketOf(1e12)).toBe(189);
    feeBuckets.forEach((bound, index) => {
      expect(feeBucketOf(bound)).toBe(index);
    });
  });
});
