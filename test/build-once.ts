/** Tests of commands, examples and worker threads run what is built; this builds it before any test. */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

export function setup(): void {
  const root = resolve(import.meta.dirname, '..');
  // Types that do not fit are told by the type check; the code is emitted all the same.
  spawnSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { cwd: root });
}
