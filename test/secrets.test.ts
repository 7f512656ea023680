/** No passphrase, no word and no key is where it does not belong: files, logs, errors, the list of processes. */
import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLevelStore } from '../src/node/storage/level-store.ts';
import { SystemClock } from '../src/outside/clock/system-clock.ts';
import { SystemDisk } from '../src/outside/disk/system-disk.ts';
import { SeededEntropy } from '../src/outside/entropy/seeded-entropy.ts';
import type { ExtendedPrivateKey } from '../src/protocol/keys/extended-key.ts';
import { masterKeyFromSeed } from '../src/protocol/keys/extended-key.ts';
import { decodeExtendedKey } from '../src/protocol/keys/extended-key-text.ts';
import { seedFromMnemonic } from '../src/protocol/keys/mnemonic.ts';
import { encodeWif } from '../src/protocol/keys/wif.ts';
import { regtest } from '../src/protocol/params/regtest.ts';
import { Wallets } from '../src/wallet/wallets.ts';
import { type BuiltCode, buildCode } from './fixtures/built-code.ts';
import { DaemonProcess } from './fixtures/daemon-process.ts';
import { SecretSearch } from './fixtures/secret-search.ts';
import { testWalletOptions } from './fixtures/wallet-scene.ts';

const PASSPHRASE = 'Kaninchen im Galopp, 17 davon';
const LATER_PASSPHRASE = 'sieben Zwerge "hinter" den Bergen';
const WRONG_PASSPHRASE = 'acht Zwerge hinter den Bergen';

/** Where core files go: a name, a path, or a program behind a bar. */
const CORE_PATTERN = '/proc/sys/kernel/core_pattern';
const dumpsCores = existsSync(CORE_PATTERN) && existsSync('/proc/self/coredump_filter');
if (!dumpsCores) console.warn('secrets: SKIPPED core files: this is not Linux');

const place = mkdtempSync(join(tmpdir(), 'blockyard-secrets-'));
let built: BuiltCode;
let program: string;
beforeAll(async () => {
  built = await buildCode();
  program = await built.pack();
}, 60_000);
afterAll(async () => {
  rmSync(place, { recursive: true, force: true });
  await built.remove();
});

function walletsIn(folder: string): Wallets {
  const [disk, clock] = [new SystemDisk(), new SystemClock()];
  const entropy = new SeededEntropy(folder);
  const openStore = (path: string, options = {}) => openLevelStore(path, { disk, clock }, options);
  return new Wallets({ folder, wallet: testWalletOptions }, { disk, clock, entropy, openStore });
}

/** All that an object shows to whoever prints it, hidden parts included, in one line. */
function shown(value: unknown): string {
  const all = { showHidden: true, maxArrayLength: null, maxStringLength: null };
  return inspect(value, { ...all, depth: Number.POSITIVE_INFINITY }).replace(/\s+/g, ' ');
}

async function failureOf(task: Promise<unknown>): Promise<unknown> {
  return task.then(
    () => expect.unreachable('this was to fail'),
    (error: unknown) => error,
  );
}

describe('a search for secrets', () => {
  const words = `${'abandon '.repeat(11)}about`;
  const search = new SecretSearch().addText('a passphrase', PASSPHRASE).addWords('words', words);
  const { privateKey } = masterKeyFromSeed(seedFromMnemonic(words));

  it('finds those that are planted, in whatever form', () => {
    expect(search.in(`pass=${PASSPHRASE}`)).toEqual(['a passphrase']);
    expect(search.in(Buffer.from(PASSPHRASE, 'utf16le'))).toEqual(['a passphrase, UTF-16']);
    expect(search.in(`${words}\n`)).toContain('words');
    const forms = [
      privateKey,
      Buffer.from(privateKey).toString('hex'),
      Buffer.from(privateKey).toString('base64'),
      JSON.stringify({ key: [...privateKey] }),
      shown({ key: privateKey }),
      shown({ key: Buffer.from(privateKey) }),
      encodeWif({ privateKey, compressed: true }, regtest.keyPrefixes.wif),
    ];
    for (const form of forms) expect(search.in(form)).not.toEqual([]);
    expect(search.in('nothing of that')).toEqual([]);
  });

  it('finds them in folders', () => {
    expect(search.inFolder(place)).toEqual([]);
  });
});

describe('a wallet on the disk', () => {
  it('has no secret in any file once it is encrypted, and has its keys while it is not', async () => {
    const folder = join(place, 'wallets');
    const wallets = walletsIn(folder);
    const made = { plain: await wallets.create('plain') };
    const sealed = await wallets.create('sealed', { passphrase: PASSPHRASE });
    const later = await wallets.create('later');
    const [plainWords, sealedWords, laterWords] = [made.plain, sealed, later].map(
      ({ words }) => words as string,
    ) as [string, string, string];
    const search = new SecretSearch()
      .addText('the passphrase', PASSPHRASE)
      .addText('the later passphrase', LATER_PASSPHRASE)
      .addWords('the words of the sealed one', sealedWords)
      .addWords('the words of the later one', laterWords);
    // Before it is encrypted, the later one is as open as the plain one.
    expect(search.inFolder(folder).join()).toMatch(/the master key of the words of the later one/);
    await wallets.encrypt('later', LATER_PASSPHRASE);
    for (const name of ['sealed', 'later']) {
      const wallet = wallets.get(name);
      await wallet?.unlock(name === 'later' ? LATER_PASSPHRASE : PASSPHRASE, 60);
      await wallet?.newAddress({ label: 'rent' });
      await wallet?.backup(new SystemDisk(), join(place, `${name}.backup`));
    }
    expect(search.inFolder(place)).toEqual([]);
    await wallets.close();
    expect(search.inFolder(place)).toEqual([]);
    const plain = new SecretSearch().addWords('the words', plainWords);
    const found = plain.inFolder(join(folder, 'plain')).join('\n');
    expect(found).toMatch(/the master key of the words/);
    // Those are written down by whoever reads them, and by nobody else.
    expect(found).not.toMatch(/: the words$|half of them|entropy|seed/m);
  });

  it('shows nothing of them to whoever prints it, or an error of it', async () => {
    const wallets = walletsIn(join(place, 'shown'));
    const made = {
      plain: await wallets.create('plain'),
      sealed: await wallets.create('sealed', { passphrase: PASSPHRASE }),
    };
    const search = new SecretSearch()
      .addText('the passphrase', PASSPHRASE)
      .addText('a wrong passphrase', WRONG_PASSPHRASE)
      .addWords('the words of the plain one', made.plain.words as string)
      .addWords('the words of the sealed one', made.sealed.words as string);
    const { wallet } = made.sealed;
    const script = new Uint8Array(22);
    const mistyped = `${made.plain.words}x`;
    const errors = [
      await failureOf(wallet.unlock(WRONG_PASSPHRASE, 60)),
      await failureOf(wallet.unlock(PASSPHRASE, -1)),
      await failureOf(wallet.send([{ script, amount: 1000n }])),
      await failureOf(wallet.changePassphrase(WRONG_PASSPHRASE, PASSPHRASE)),
      await failureOf(wallet.encrypt(PASSPHRASE)),
      await failureOf(wallets.create('again', { words: mistyped, passphrase: PASSPHRASE })),
      await failureOf(wallets.create('plain', { words: made.plain.words as string })),
    ];
    await wallet.unlock(PASSPHRASE, 60);
    errors.push(await failureOf(wallet.send([{ script, amount: 1000n }])));
    errors.push(await failureOf(made.plain.wallet.send([{ script, amount: 1000n }])));
    expect(errors.every((error) => error instanceof Error)).toBe(true);
    for (const error of errors) expect(search.in(shown(error))).toEqual([]);
    for (const { wallet: each } of [made.plain, made.sealed]) {
      const texts = [shown(each), shown(each.state.keys.secrets), shown(each.state.keys)];
      expect(texts[0]).toMatch(/Wallet/);
      for (const text of texts) expect(search.in(text)).toEqual([]);
    }
    expect(search.in(JSON.stringify(process.report?.getReport()))).toEqual([]);
    await wallets.close();
  });
});

describe('a node with wallets', () => {
  it('tells no secret in its logs, its answers, its files and its words in the list of processes', async () => {
    const folder = join(place, 'node');
    mkdirSync(folder);
    const words = ['-regtest', '-debug=1', '-listen=0', '-rpcport=0', '-keypool=5'];
    const daemon = new DaemonProcess(program, [...words, `-datadir=${folder}`]);
    try {
      const search = new SecretSearch();
      const answers = await useWallets(daemon, folder, search);
      expect(answers.length).toBeGreaterThan(20);
      // What was asked for and answered with keys is no longer among these.
      for (const answer of answers) expect(search.in(answer)).toEqual([]);
      expect(search.inFolder(join(folder, 'plain')).join()).toMatch(/key of the plain one/);
      rmSync(join(folder, 'plain'), { recursive: true });
      rmSync(join(folder, 'regtest/wallets/plain'), { recursive: true });
      expect(search.inFolder(folder)).toEqual([]);
      expect(readFileSync(join(folder, 'regtest/debug.log'), 'utf8')).toMatch(/sendtoaddress/);
      for (const text of processTexts(daemon.process.pid)) expect(search.in(text)).toEqual([]);
      daemon.kill('SIGTERM');
      const { out, err, code } = await daemon.ended;
      expect([search.in(out), search.in(err), code]).toEqual([[], [], 0]);
      expect(search.inFolder(folder)).toEqual([]);
      expect(othersMayRead(join(folder, 'regtest'))).toEqual([]);
    } finally {
      daemon.kill('SIGKILL');
      await daemon.ended;
    }
  });
});

describe.skipIf(!dumpsCores)('a node with wallets that dies, on Linux', () => {
  it('leaves a core file without any of them', async () => {
    const folder = join(place, 'dying');
    mkdirSync(folder);
    const words = ['-regtest', '-listen=0', '-rpcport=0', '-keypool=5', `-datadir=${folder}`];
    const daemon = new DaemonProcess(program, words, { cwd: folder });
    const { pid } = daemon.process;
    try {
      const search = new SecretSearch();
      await useWallets(daemon, folder, search);
      rmSync(join(folder, 'plain'), { recursive: true });
      rmSync(join(folder, 'regtest/wallets/plain'), { recursive: true });
      // Nothing that the process holds in memory of its own is written.
      expect(readFileSync(`/proc/${pid}/coredump_filter`, 'utf8')).toBe('00000000\n');
      execFileSync('prlimit', ['--core=unlimited', `--pid=${pid}`]);
      daemon.kill('SIGABRT');
      await daemon.ended;
      if (/^[|/]/.test(readFileSync(CORE_PATTERN, 'utf8'))) return;
      expect(readdirSync(folder).filter((name) => name.startsWith('core'))).toHaveLength(1);
      expect(search.inFolder(folder)).toEqual([]);
    } finally {
      daemon.kill('SIGKILL');
      await daemon.ended;
    }
  });
});

describe('the terminal', () => {
  it('takes no passphrase as a word of a command', async () => {
    for (const words of [['--passphrase', PASSPHRASE], [`--passphrase=${PASSPHRASE}`]]) {
      const { code, text } = await type(['create', 'mine', ...words], '');
      expect(code).not.toBe(0);
      expect(text).not.toContain(PASSPHRASE);
      expect(existsSync(join(place, 'terminal/regtest/wallets'))).toBe(false);
    }
  });

  it('shows the words of a new wallet, and no secret ever after', async () => {
    const sealing = ['--passphrase-stdin'];
    const made = await type(['create', 'mine', '--encrypt', '--json', ...sealing], PASSPHRASE);
    expect(made.code).toBe(0);
    const words = /([a-z]+ ){11}[a-z]+/.exec(made.text)?.[0] as string;
    const search = new SecretSearch()
      .addText('the passphrase', PASSPHRASE)
      .addText('a wrong passphrase', WRONG_PASSPHRASE)
      .addWords('the words', words);
    expect(search.in(made.text)).toEqual(['the words', 'the words, half of them']);
    const backup = join(place, 'terminal/backup');
    const address = 'bcrt1q6rhpng9evdsfnn833a4f4vej0asu6dk5srld6x';
    const runs = [
      await type(['new-address', 'rent'], ''),
      await type(['addresses'], ''),
      await type(['balance', '--json'], ''),
      await type(['send', '1', address, ...sealing], PASSPHRASE),
      await type(['export-pem', 'rent', `${backup}.pem`, ...sealing], WRONG_PASSPHRASE),
      await type(['backup', backup], ''),
      await type(['restore', 'again'], `${words}x`),
      await type(['restore', 'again', ...sealing], `${words}x\n${PASSPHRASE}`),
      await type(['history'], ''),
    ];
    expect(runs.map(({ code }) => code === 0)).toEqual([
      true,
      true,
      true,
      false,
      false,
      true,
      false,
      false,
      true,
    ]);
    for (const { text } of runs) expect(search.in(text)).toEqual([]);
    expect(search.inFolder(join(place, 'terminal'))).toEqual([]);
    expect(othersMayRead(join(place, 'terminal'))).toEqual([]);
  });
});

/** Runs a command of the wallet, with all that it says when something goes wrong. */
async function type(
  words: readonly string[],
  input: string,
): Promise<{ readonly code: number | null; readonly text: string }> {
  const where = [`--datadir=${join(place, 'terminal')}`, '--chain', 'regtest', '--debug'];
  const child = spawn(process.execPath, [program, 'wallet', ...words, ...where]);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      text += data.toString();
    });
  }
  child.stdin.end(input);
  const code = await new Promise<number | null>((done) => {
    child.on('close', done);
  });
  return { code, text };
}

/** Does all that has to do with secrets, and answers with what it was told; the search learns them. */
async function useWallets(
  daemon: DaemonProcess,
  folder: string,
  search: SecretSearch,
): Promise<readonly string[]> {
  await daemon.ready();
  const cookie = readFileSync(join(folder, 'regtest/.cookie'), 'utf8');
  const answers: string[] = [];
  const call = async (wallet: string, method: string, ...params: readonly unknown[]) => {
    const text = await askNode(daemon.rpcPort, cookie, { wallet, method, params });
    answers.push(text);
    return JSON.parse(text) as { readonly result: unknown; readonly error: unknown };
  };
  search
    .addText('the passphrase', PASSPHRASE)
    .addText('the later passphrase', LATER_PASSPHRASE)
    .addText('a wrong passphrase', WRONG_PASSPHRASE);
  mkdirSync(join(folder, 'plain'));
  await call('', 'createwallet', 'plain');
  await call('', 'createwallet', 'sealed', false, false, PASSPHRASE);
  await call('', 'createwallet', 'later');
  await call('later', 'encryptwallet', PASSPHRASE);
  const { result: address } = await call('sealed', 'getnewaddress');
  await call('sealed', 'generatetoaddress', 101, address);
  const refused = [
    await call('sealed', 'walletpassphrase', WRONG_PASSPHRASE, 60),
    await call('sealed', 'walletpassphrase', [PASSPHRASE], 60),
    await call('sealed', 'walletpassphrase', PASSPHRASE, 'soon'),
    await call('sealed', 'walletpassphrase', PASSPHRASE),
    await call('sealed', 'walletpassphrasechange', WRONG_PASSPHRASE, LATER_PASSPHRASE),
    await call('sealed', 'encryptwallet', PASSPHRASE),
    await call('sealed', 'sendtoaddress', address, 1),
    await call('plain', 'walletpassphrase', PASSPHRASE, 60),
  ];
  expect(refused.map(({ error }) => error)).not.toContain(null);
  await call('sealed', 'walletpassphrasechange', PASSPHRASE, LATER_PASSPHRASE);
  await call('sealed', 'walletpassphrase', LATER_PASSPHRASE, 600);
  await call('later', 'walletpassphrase', PASSPHRASE, 600);
  const imported = new Uint8Array(32).fill(0x5a);
  const wif = encodeWif({ privateKey: imported, compressed: true }, regtest.keyPrefixes.wif);
  search.addKey('an imported key', imported);
  const { result: described } = await call('', 'getdescriptorinfo', `wpkh(${wif})`);
  const { checksum } = described as { readonly checksum: string };
  const imports = [{ desc: `wpkh(${wif})#${checksum}`, timestamp: 'now' }];
  await call('sealed', 'importdescriptors', imports);
  await call('sealed', 'importdescriptors', [{ desc: `wpkh(${wif})`, timestamp: 'now' }]);
  const sent = await call('sealed', 'send', { [address as string]: 1 }, null, null, 10);
  await call('sealed', 'sendtoaddress', address, 1, '', '', false, true, null, null, null, 10);
  expect(sent.error).toBeNull();
  await call('sealed', 'signmessage', address, 'I am me');
  await call('sealed', 'getaddressinfo', address);
  await call('sealed', 'listdescriptors');
  await call('sealed', 'getwalletinfo');
  await call('sealed', 'backupwallet', join(folder, 'sealed.backup'));
  await call('plain', 'backupwallet', join(folder, 'plain/plain.backup'));
  await call('', 'logging');
  for (const wallet of ['plain', 'sealed', 'later']) {
    const { result } = await call(wallet, 'listdescriptors', true);
    answers.pop();
    const texts = JSON.stringify(result).match(/tprv[1-9A-HJ-NP-Za-km-z]+/g);
    expect(texts?.length).toBeGreaterThanOrEqual(8);
    for (const text of new Set(texts)) {
      const master = decodeExtendedKey(text, regtest.keyPrefixes) as ExtendedPrivateKey;
      search.addMaster(`a master key of the ${wallet} one`, master);
    }
  }
  // Whoever mistypes a descriptor is shown where, as by Bitcoin Core; nobody else is.
  const mistyped = await call('', 'getdescriptorinfo', wif);
  expect(JSON.stringify(mistyped)).toMatch(/is not a valid descriptor function/);
  answers.pop();
  await call('sealed', 'walletlock');
  await call('', 'unloadwallet', 'plain');
  return answers;
}

interface Call {
  readonly wallet: string;
  readonly method: string;
  readonly params: readonly unknown[];
}

async function askNode(port: number, auth: string, call: Call): Promise<string> {
  const { wallet, method, params } = call;
  const path = wallet === '' ? '' : `wallet/${wallet}`;
  const answer = await fetch(`http://127.0.0.1:${port}/${path}`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(auth).toString('base64')}` },
    body: JSON.stringify({ jsonrpc: '1.0', id: 1, method, params }),
  });
  return answer.text();
}

/** What everybody on the machine can see of processes, and what the owner of one can; on Linux. */
function processTexts(pid: number | undefined): readonly Buffer[] {
  if (!existsSync('/proc/self/cmdline')) return [];
  const paths = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => `/proc/${name}/cmdline`);
  return [...paths, `/proc/${pid}/environ`, `/proc/${pid}/status`].flatMap((path) => {
    try {
      return [readFileSync(path)];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}

/** The files and folders that are not their owner's alone. */
function othersMayRead(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true }) as readonly string[];
  return entries.filter((name) => (statSync(join(folder, name)).mode & 0o077) !== 0);
}
