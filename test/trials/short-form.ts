import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TrialOutcome } from './run-trial.ts';
import type { Trial } from './trial.ts';

const program = resolve(import.meta.dirname, '../../dist/test/trials/main.js');
const seed = Number(process.env['BLOCKYARD_SEED'] ?? Date.now() % 0x100000000);

/** Tests of trials in their short form, as the command runs it: `npm run trial -- NAME --short`. */
export function testShortForms(of: string, trials: readonly Trial[]): void {
  const replay = `replay with BLOCKYARD_SEED=${seed}`;
  describe(`trials of ${of} in their short form, seed ${seed} (${replay})`, () => {
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
}
