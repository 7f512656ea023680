/** Every trial in its short form, as the command runs it: `npm run trial -- NAME --short`. */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TrialOutcome } from './run-trial.ts';
import { trials } from './trials.ts';

const program = resolve(import.meta.dirname, '../../dist/test/trials/main.js');
const seed = Number(process.env['BLOCKYARD_SEED'] ?? Date.now() % 0x100000000);

describe(`trials in their short form, seed ${seed} (replay with BLOCKYARD_SEED=${seed})`, () => {
  for (const { name, shows } of trials) {
    it(`${name}: ${shows}`, () => {
      const words = [program, name, '--short', '--json', '--seed', String(seed)];
      const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
      expect(stderr).toBe('');
      const [outcome] = JSON.parse(stdout) as readonly TrialOutcome[];
      expect(outcome?.failures).toEqual([]);
      const skipped = outcome?.figures['SKIPPED'];
      if (skipped !== undefined) console.warn(`trial ${name}: SKIPPED, ${skipped}`);
    });
  }
});
