/** The README's commands and the examples, run as a newcomer would run them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
/** Commands write files; they do it elsewhere. */
const folder = mkdtempSync(join(tmpdir(), 'blockyard-readme-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const commands = [...readme.matchAll(/^npx blockyard (.+?)(?: +#.*)?$/gm)].map(([, line]) => line);

function words(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

describe('the README', () => {
  it('opens with the two commands that do everything', () => {
    expect(readme).toContain('npm install && npm start');
    expect(readme).toContain('npm install && npm test');
    expect(commands.length).toBeGreaterThan(3);
  });

  it.each(commands)('shows a command that works: blockyard %s', (line) => {
    const program = join(root, 'dist/src/cli/main.js');
    const run = spawnSync('node', [program, ...words(line as string)], { cwd: folder });
    expect(run.stderr.toString()).not.toMatch(/^blockyard/m);
    expect(run.status).toBe(0);
    expect(run.stdout.length).toBeGreaterThan(20);
  });

  it('names files that exist', () => {
    const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, path]) => path as string);
    const missing = links
      .filter((path) => !/^https?:/.test(path))
      .filter((path) => {
        try {
          readFileSync(join(root, path));
          return false;
        } catch (error) {
          return (error as NodeJS.ErrnoException).code !== 'EISDIR';
        }
      });
    expect(missing).toEqual([]);
  });
});

describe('the examples', () => {
  const said: Readonly<Record<string, RegExp>> = {
    'verify-a-payment.mjs': /^[0-9a-f]{64} may spend the coin\nwith another value: SCHNORR_SIG,/,
  };

  it('are all run here', () => {
    const files = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.mjs'));
    expect(files).toEqual(Object.keys(said));
  });

  it.each(Object.entries(said))('%s says what it should', (name, expected) => {
    const output = execFileSync('node', [join(root, 'examples', name)], { cwd: folder });
    expect(output.toString()).toMatch(expected);
  });
});
