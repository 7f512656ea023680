import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Chunk, compareDiagrams } from './fee-rate-diagram.ts';

function chunks(...pairs: readonly (readonly [number, number])[]): Chunk[] {
  return pairs.map(([fee, vsize]) => ({ fee: BigInt(fee), vsize }));
}

/** The height of a diagram over a size, times a number that all sizes below 30 divide. */
const SCALE = 2_329_089_562_800n;
function heightAt(diagram: readonly Chunk[], size: number): bigint {
  const sorted = diagram.toSorted((a, b) => Number(b.fee) / b.vsize - Number(a.fee) / a.vsize);
  let height = 0n;
  let left = size;
  for (const { fee, vsize } of sorted) {
    const taken = Math.min(left, vsize);
    height += (fee * SCALE * BigInt(taken)) / BigInt(vsize);
    left -= taken;
  }
  return height;
}

describe('compareDiagrams', () => {
  it('tells the higher from the lower, and the same', () => {
    expect(compareDiagrams(chunks([950, 300]), chunks([950, 300]))).toBe('equal');
    expect(compareDiagrams(chunks([951, 300]), chunks([950, 300]))).toBe('higher');
    expect(compareDiagrams(chunks([950, 300]), chunks([951, 300]))).toBe('lower');
    expect(compareDiagrams([], [])).toBe('equal');
    expect(compareDiagrams(chunks([1, 1]), [])).toBe('higher');
  });

  it('takes the smaller for the higher at the same fee', () => {
    expect(compareDiagrams(chunks([950, 299]), chunks([950, 300]))).toBe('higher');
  });

  it('finds those that cross', () => {
    expect(compareDiagrams(chunks([1_000, 100]), chunks([900, 50]))).toBe('crossing');
    // Less for the first bytes, more in the end.
    expect(compareDiagrams(chunks([800, 300], [250, 100]), chunks([1_000, 350]))).toBe('crossing');
  });

  it('is higher where the same is paid in a better order', () => {
    expect(compareDiagrams(chunks([100, 10], [10, 10]), chunks([110, 20]))).toBe('higher');
  });

  it('does not mind in which order the chunks are given', () => {
    expect(compareDiagrams(chunks([1, 10], [50, 10]), chunks([50, 10], [1, 10]))).toBe('equal');
  });

  it('is what comparing at every size says', () => {
    const chunk = fc.record({ fee: fc.bigInt(0n, 40n), vsize: fc.integer({ min: 1, max: 29 }) });
    const diagram = fc.array(chunk, { maxLength: 4 });
    fc.assert(
      fc.property(diagram, diagram, (a, b) => {
        const sizes = Array.from({ length: 120 }, (_, size) => size);
        const higher = sizes.some((size) => heightAt(a, size) > heightAt(b, size));
        const lower = sizes.some((size) => heightAt(a, size) < heightAt(b, size));
        const expected =
          higher && lower ? 'crossing' : higher ? 'higher' : lower ? 'lower' : 'equal';
        expect(compareDiagrams(a, b)).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });
});
