import { describe, expect, it } from 'vitest';
import { runTarget } from './run-target.ts';
import { targets } from './targets.ts';

const RUNS = 3000;
const seed = Number(process.env['BLOCKYARD_SEED'] ?? Date.now() % 0x100000000);

describe(`hostile input, seed ${seed} (replay with BLOCKYARD_SEED=${seed})`, () => {
  for (const target of targets) {
    it(`does no more to ${target.name} than a typed error`, () => {
      const report = runTarget(target, RUNS, seed);
      expect(report.failures).toEqual([]);
      // A target that accepts nothing never gets past its first check.
      expect(report.accepted).toBeGreaterThan(0);
      expect(report.runs).toBe(RUNS);
    });
  }
});
