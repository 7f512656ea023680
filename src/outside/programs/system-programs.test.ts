import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SystemPrograms } from './system-programs.ts';

const programs = new SystemPrograms();

it('says which process this is, and where it was started', () => {
  expect(programs.pid).toBe(process.pid);
  expect(programs.folder).toBe(process.cwd());
});

it('runs commands as a shell does, and tells how they ended', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'blockyard-programs-'));
  try {
    expect(await programs.runShell(`echo one > "${folder}/a" && echo two >> "${folder}/a"`)).toBe(
      0,
    );
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('one\ntwo\n');
    expect(await programs.runShell('exit 7')).toBe(7);
    expect(await programs.runShell('no-such-program-anywhere 2> /dev/null')).toBe(127);
    expect(await programs.runShell('kill -9 $$')).toBe(128);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it('reports to nobody where nobody has started it', () => {
  expect(() => programs.reportReady()).not.toThrow();
});
