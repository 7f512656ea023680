import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededEntropy } from '../../../outside/entropy/seeded-entropy.ts';
import { FilterSalt, RollingFilter } from './rolling-filter.ts';

const entropy = new SeededEntropy('rolling filter');
const salt = new FilterSalt(entropy);

function hashes(count: number, label: string): readonly Uint8Array[] {
  const source = new SeededEntropy(label);
  return Array.from({ length: count }, () => source.bytes(32));
}

describe('a rolling filter', () => {
  it('surely knows the last hashes, as many as it was made for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 300 }),
        (capacity, count) => {
          const filter = new RollingFilter(capacity, salt);
          const added = hashes(count, 'last');
          for (const [i, hash] of added.entries()) {
            filter.add(hash);
            const recent = added.slice(Math.max(0, i + 1 - capacity), i + 1);
            expect(recent.every((one) => filter.has(one))).toBe(true);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('has forgotten a hash after one and a half times as many others', () => {
    const filter = new RollingFilter(100, salt);
    const [first, ...others] = hashes(1 + 151, 'forgotten') as [Uint8Array, ...Uint8Array[]];
    filter.add(first);
    for (const hash of others) filter.add(hash);
    expect(filter.has(first)).toBe(false);
  });

  it('keeps a hash that is added again and again', () => {
    const filter = new RollingFilter(10, salt);
    const [first, ...others] = hashes(500, 'again') as [Uint8Array, ...Uint8Array[]];
    for (const hash of others) {
      filter.add(first);
      filter.add(hash);
    }
    expect(filter.has(first)).toBe(true);
  });

  it('takes no unknown hash for a known one, in 100,000 attempts with 75,000 hashes in it', () => {
    const filter = new RollingFilter(50_000, salt);
    for (const hash of hashes(75_000, 'known')) filter.add(hash);
    expect(hashes(100_000, 'unknown').filter((hash) => filter.has(hash))).toEqual([]);
  });

  it('takes no memory while it is empty, little for little, and 600 kB when it is full', () => {
    const filter = new RollingFilter(50_000, salt);
    expect(filter.usageBytes).toBe(0);
    const added = hashes(200_000, 'memory');
    for (const hash of added.slice(0, 100)) filter.add(hash);
    expect(filter.usageBytes).toBeLessThan(2000);
    for (const hash of added) filter.add(hash);
    expect(filter.usageBytes).toBeLessThan(600_000);
    filter.reset();
    expect(filter.usageBytes).toBe(0);
    expect(filter.has(added[199_999] as Uint8Array)).toBe(false);
  });
});
