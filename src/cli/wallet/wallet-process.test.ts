/** The built program in a process of its own, with wallets on a real disk. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const main = resolve(import.meta.dirname, '../../../dist/src/cli/main.js');
const place = mkdtempSync(join(tmpdir(), 'blockyard-wallets-'));

afterAll(() => rmSync(place, { recursive: true, force: true }));

/** Runs `blockyard wallet` where others may read whatever is made, unless somebody sees to it. */
async function wallet(line: string, input = '') {
  const script = 'umask 000; exec "$@"';
  const words = ['wallet', ...line.split(' '), '--chain', 'regtest', '--datadir', place];
  const child = spawn('sh', ['-c', script, 'sh', process.execPath, main, ...words]);
  const said = { out: '', err: '' };
  child.stdout.on('data', (data: Buffer) => {
    said.out += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    said.err += data.toString();
  });
  child.stdin.end(input);
  const code = await new Promise<number | null>((done) => child.on('close', done));
  return { code, ...said };
}

/** All that lies below the folder, with its permissions. */
function modes(folder: string): readonly (readonly [path: string, mode: string])[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return [`${entry.isDirectory() ? 'folder' : 'file'} ${entry.name}`, modeOf(path)] as const;
  });
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

it('files of wallets are for their owner alone, whatever the umask, and so is the backup', async () => {
  expect(await wallet('create alice --encrypt --passphrase-stdin --json', 'horse\n')).toMatchObject(
    {
      ...{ code: 0, err: '' },
    },
  );
  expect(await wallet('new-address rent --offline')).toMatchObject({ code: 0, err: '' });
  const backup = join(place, 'alice.backup');
  expect((await wallet(`backup ${backup}`)).code).toBe(0);
  const found = modes(place);
  const names = found.map(([name]) => name);
  expect(names).toEqual(expect.arrayContaining(['file CURRENT', 'file wallet', 'folder alice']));
  for (const [name, mode] of found)
    expect(mode, name).toBe(name.startsWith('file') ? '600' : '700');
});

it('a passphrase that is piped in opens the wallet, and is in no answer', async () => {
  const paid = await wallet(
    'send 1 bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080 --offline',
    'horse\n',
  );
  expect(paid).toMatchObject({ code: 1, out: '' });
  expect(paid.err).toMatch(/^blockyard wallet send: too few coins in alice: 1\.0\S+ are needed/);
  const again = await wallet('encrypt --passphrase-stdin', 'horse\n');
  expect(again).toMatchObject({ code: 1, out: '' });
  expect(again.err).not.toContain('horse');
});
