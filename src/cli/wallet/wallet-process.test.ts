/** The built program in a process of its own, with wallets on a real disk. */
import { spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
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

/** All files below the folder, with what is in them. */
function contents(): readonly (readonly [path: string, bytes: string])[] {
  return readdirSync(place, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => [path, readFileSync(path, 'hex')] as const);
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

it('what is refused leaves every file as it was, to the last byte', async () => {
  const wallets = join(place, 'regtest/wallets');
  const backup = readFileSync(join(place, 'alice.backup'));
  const files: Readonly<Record<string, Uint8Array>> = {
    cut: backup.subarray(0, backup.length - 100),
    bent: Buffer.concat([backup.subarray(0, 200), Buffer.from('?'), backup.subarray(201)]),
    long: Buffer.concat([backup, Buffer.from('more')]),
    note: Buffer.from('milk, bread\n'),
    empty: new Uint8Array(0),
  };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(place, name), bytes);
  mkdirSync(join(wallets, 'odd'));
  writeFileSync(join(wallets, 'odd/wallet'), 'garbage');
  const damaged = ': it is damaged, or cut off; nothing was changed';
  const restore = (name: string): string => `restore new --backup ${join(place, name)}`;
  const words = 'legal winner thank year wave sausage worth useful legal winner thank';
  const main = '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2';
  const cases: readonly (readonly [line: string, code: number, said: string, input?: string])[] = [
    ['balance --wallet odd', 1, 'holds no wallet of this program; it stays as it is'],
    [restore('cut'), 1, damaged],
    [restore('bent'), 1, damaged],
    [restore('long'), 1, damaged],
    [restore('note'), 1, 'is no backup of a wallet; nothing was changed'],
    [restore('empty'), 1, 'is no backup of a wallet; nothing was changed'],
    [restore('nowhere'), 1, 'there is no such file or folder'],
    ['restore new', 1, 'word 12, "yelow", is not in the English list', `${words} yelow\n`],
    ['restore new', 1, 'the nearest is "yellow"', `${words} yelow\n`],
    ['restore new', 1, 'their checksum does not match', `${words} year\n`],
    ['restore alice', 1, 'there is a wallet alice already', `${words} yellow\n`],
    [`send alice 0.123456789 ${main}`, 2, 'it has 9 decimals; allowed are up to 8'],
    [`send alice 1 ${main}`, 1, 'is an address of main, and this wallet is of regtest'],
    [`name ${main} bob --wallet alice`, 1, 'is an address of main, and this wallet is of regtest'],
    [`qr ${main} --wallet alice`, 1, 'is an address of main, and this wallet is of regtest'],
  ];
  const before = contents();
  for (const [line, code, said, input] of cases) {
    const answer = await wallet(line, input);
    expect(answer, line).toMatchObject({ code, out: '' });
    expect(answer.err, line).toContain(said);
    expect(answer.err.trim().split('\n'), line).toHaveLength(1);
    expect(contents(), line).toEqual(before);
  }
}, 60_000);

it('a wrong passphrase opens nothing, and takes nothing away', async () => {
  const named = ['new-address', 'till', '--wallet', 'alice', '--offline'].join(' ');
  expect((await wallet(named)).code).toBe(0);
  const list = 'addresses --wallet alice --offline --json';
  const before = await wallet(list);
  const wrong = await wallet(
    `export-pem till ${join(place, 'till.pem')} --wallet alice --passphrase-stdin`,
    'donkey\n',
  );
  expect(wrong).toMatchObject({ code: 1, out: '' });
  expect(wrong.err).toBe('blockyard wallet export-pem: the passphrase does not open this wallet\n');
  expect(readdirSync(place)).not.toContain('till.pem');
  expect(await wallet(list)).toEqual(before);
  const right = await wallet(
    `export-pem till ${join(place, 'till.pem')} --wallet alice --passphrase-stdin`,
    'horse\n',
  );
  expect(right).toMatchObject({ code: 0 });
});
