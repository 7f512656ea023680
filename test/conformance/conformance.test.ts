import { describe, expect, it } from 'vitest';
import { checks } from './checks.ts';
import { VectorFolder } from './vector-check.ts';

const vectors = VectorFolder.find();
if (vectors === undefined) {
  console.warn('conformance: SKIPPED, there is no reference data in ../shared/vectors');
}

describe.skipIf(vectors === undefined)('the reference data of other implementations', () => {
  for (const check of checks) {
    it(`agrees with ${check.file} in all ${check.total} cases`, async () => {
      const outcomes = await check.run(vectors as VectorFolder);
      expect(outcomes.filter((outcome) => outcome !== undefined)).toEqual([]);
      expect(outcomes).toHaveLength(check.total);
    });
  }
});
