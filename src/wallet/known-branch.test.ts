import { describe, expect, it } from 'vitest';
import { KnownBranch } from './known-branch.ts';

const hashAt = (height: number) => new Uint8Array(32).fill(height % 251);

function branchTo(height: number): KnownBranch {
  const branch = new KnownBranch([{ height: 0, hash: hashAt(0) }]);
  for (let at = 1; at <= height; at++) branch.push({ height: at, hash: hashAt(at) });
  return branch;
}

describe('a known branch', () => {
  it('keeps the last blocks, ever fewer of those before, and the first', () => {
    const heights = branchTo(1000)
      .highestFirst()
      .map(({ height }) => height);
    expect(heights.slice(0, 16)).toEqual(Array.from({ length: 16 }, (_, i) => 1000 - i));
    expect(heights.length).toBeLessThan(80);
    expect(heights.at(-1)).toBe(0);
    for (const depth of [50, 200, 800]) {
      const next = heights.find((height) => height <= 1000 - depth) as number;
      expect(1000 - next).toBeLessThan(depth * 1.25);
    }
  });

  it('goes back, and on from there', () => {
    const branch = branchTo(100);
    branch.cutTo(95);
    expect(branch.tip?.height).toBe(95);
    branch.push({ height: 96, hash: hashAt(7) });
    expect(branch.has({ height: 96, hash: hashAt(7) })).toBe(true);
    expect(branch.has({ height: 96, hash: hashAt(96) })).toBe(false);
  });

  it('is read as it was written', () => {
    const branch = branchTo(300);
    const again = KnownBranch.decode(branch.encode());
    expect(again.highestFirst()).toEqual(branch.highestFirst());
    expect(again.encode()).toEqual(branch.encode());
    expect(() => KnownBranch.decode(branch.encode().subarray(0, -1))).toThrow(/damaged/);
  });
});
