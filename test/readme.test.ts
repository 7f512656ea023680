/** The README's commands and the examples, run as a newcomer would run them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { freePorts } from './fixtures/free-ports.ts';

const root = resolve(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
/** Commands write files; they do it elsewhere. */
const folder = mkdtempSync(join(tmpdir(), 'blockyard-readme-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Those that stand alone. Those of the how-tos belong together. */
const HOW_TOS = [
  'Embed it in tests',
  'Run your own chain',
  'Replace bitcoind',
  'Hold and pay coins',
] as const;
const alone = HOW_TOS.reduce((text, title) => text.replace(section(title), ''), readme);
const commands = [...alone.matchAll(/^npx blockyard (.+?)(?: +#.*)?$/gm)].map(([, line]) => line);

function section(title: string): string {
  return readme.split(/^(?=## )/m).find((text) => text.startsWith(`## ${title}\n`)) ?? '';
}

/** The code of a section, in its language. */
function codeIn(title: string, language: string): string {
  return section(title).match(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's'))?.[1] ?? '';
}

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

/** Runs commands as they are written, with the program that was built, and ports that are free. */
async function runCommands(text: string): Promise<string> {
  const [rpc, p2p] = await freePorts(2);
  const home = mkdtempSync(join(folder, 'home-'));
  const program = join(root, 'dist/src/cli/main.js');
  // What goes wrong in the middle shall leave no node behind.
  const tidy = `trap 'cat ~/.blockyard/*/bitcoind.pid 2> /dev/null | xargs -r kill' EXIT`;
  const script = `${tidy}\nset -e\nnpx() { shift; node "${program}" "$@"; }\n${text.replaceAll('18443', `${rpc}`)}`;
  const env = { ...process.env, HOME: home, BLOCKYARD_RPCPORT: `${rpc}`, BLOCKYARD_PORT: `${p2p}` };
  const run = spawnSync('bash', ['-c', script], { cwd: home, env, timeout: 60_000 });
  const said = run.stdout.toString();
  expect(run.status, said + run.stderr.toString()).toBe(0);
  return said;
}

describe('the how-tos', () => {
  it('embed a node in a test that passes', () => {
    const path = join(root, 'dist/how-to.mjs');
    writeFileSync(path, codeIn('Embed it in tests', 'js'));
    const run = spawnSync('node', [path]);
    rmSync(path);
    expect(run.stdout.toString()).toMatch(/pass 1\b.*fail 0\b/s);
    expect(run.status).toBe(0);
  });

  it('run a chain of one’s own', async () => {
    const said = await runCommands(codeIn('Run your own chain', 'sh'));
    expect(said).toMatch(/"chain": "my-chain".*stopping/s);
  });

  it('hold and pay coins', async () => {
    const said = await runCommands(codeIn('Hold and pay coins', 'sh'));
    expect(said).toMatch(/12 blocks, 600 coins.*The node has it.*bob +0 +12\.50+ .*stopping/s);
  });

  it('take the place of bitcoind', async () => {
    const said = await runCommands(codeIn('Replace bitcoind', 'sh'));
    expect(said).toMatch(/"result":3,"error":null.*stopping/s);
  });
});

describe('the examples', () => {
  const said: Readonly<Record<string, RegExp>> = {
    'bitcoinjs.mjs': /is allowed: true\nit has 1 confirmation\nsomebody has 30000000 satoshis\n$/,
    'custom-chain.mjs': /^island: .*"No man is an island".*block 40 made 250 coins\nisle1q/s,
    'partition.mjs': /Bob gives up 1 block for 3 others.*with everybody: true.*has 20\./s,
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
