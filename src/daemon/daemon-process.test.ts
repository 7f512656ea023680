/** The daemon as a process: whatever starts, watches and stops bitcoind does the same with it. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltCode, buildCode } from '../../test/fixtures/built-code.ts';
import {
  callRpc,
  type DaemonPlace,
  DaemonProcess,
  textOf,
  until,
} from '../../test/fixtures/daemon-process.ts';
import { freePorts } from '../../test/trials/free-ports.ts';
import { nodeHelp } from './node-help.ts';

let built: BuiltCode;
let program: string;
beforeAll(async () => {
  // What is in `dist` may be built anew at any moment, by whoever else runs tests.
  built = await buildCode();
  program = await built.pack();
}, 60_000);

const place = mkdtempSync(join(tmpdir(), 'blockyard-daemon-'));
const daemons: DaemonProcess[] = [];

afterEach(async () => {
  for (const daemon of daemons.splice(0)) {
    daemon.kill('SIGKILL');
    await daemon.ended;
  }
});
afterAll(async () => {
  rmSync(place, { recursive: true, force: true });
  await built.remove();
});

let folders = 0;
function newFolder(): string {
  const folder = join(place, String(folders++));
  mkdirSync(folder);
  return folder;
}

const FREE_PORTS = ['-port=0', '-rpcport=0'];
const ADDRESS = 'bcrt1q6rhpng9evdsfnn833a4f4vej0asu6dk5srld6x';

function start(words: readonly string[], more: DaemonPlace = {}): DaemonProcess {
  const daemon = new DaemonProcess(program, words, more);
  daemons.push(daemon);
  return daemon;
}

interface Started {
  readonly daemon: DaemonProcess;
  /** The folder of its chain. */
  readonly chain: string;
  readonly cookie: string;
}

async function startReady(folder: string, words: readonly string[] = []): Promise<Started> {
  const daemon = start(['-regtest', `-datadir=${folder}`, ...FREE_PORTS, ...words]);
  await daemon.ready();
  const chain = join(folder, 'regtest');
  return { daemon, chain, cookie: readFileSync(join(chain, '.cookie'), 'utf8') };
}

function permissionsOf(path: string): number {
  return statSync(path).mode & 0o777;
}

describe('a daemon', () => {
  it('has its files where others look for them, serves, and takes them away when it is stopped', async () => {
    const { daemon, chain, cookie } = await startReady(newFolder());
    expect(cookie).toMatch(/^__cookie__:[0-9a-f]{64}$/);
    expect(permissionsOf(join(chain, '.cookie'))).toBe(0o600);
    expect(readFileSync(join(chain, 'bitcoind.pid'), 'utf8')).toBe(`${daemon.process.pid}\n`);
    expect(readFileSync(join(chain, 'debug.log'), 'utf8')).toContain('init message: Loading block');
    const folders = readdirSync(chain).filter((name) => statSync(join(chain, name)).isDirectory());
    expect(folders).toEqual(['blocks', 'chainstate', 'indexes', 'wallets']);
    const info = await daemon.call(cookie, 'getblockchaininfo');
    expect(info.result).toMatchObject({ chain: 'regtest', blocks: 0 });
    expect((await daemon.call('x:y', 'getblockcount')).status).toBe(401);

    const stop = await daemon.call(cookie, 'stop');
    expect(stop).toEqual({ status: 200, result: 'Blockyard stopping', error: null });
    expect(await daemon.ended).toMatchObject({ code: 0, err: '' });
    const left = readdirSync(chain);
    for (const name of ['.cookie', 'bitcoind.pid', '.lock']) expect(left).not.toContain(name);
    expect(left).toEqual(expect.arrayContaining(['debug.log', 'mempool.dat', 'wallets']));
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends in order on %s, and in silence', async (signal) => {
    const { daemon, chain } = await startReady(newFolder());
    const asked = performance.now();
    daemon.kill(signal);
    expect(await daemon.ended).toMatchObject({ code: 0, err: '' });
    expect(performance.now() - asked).toBeLessThan(5000);
    expect(existsSync(join(chain, '.cookie'))).toBe(false);
  });

  it('ends in order before it is ready, too', async () => {
    const daemon = start(['-regtest', `-datadir=${newFolder()}`, ...FREE_PORTS]);
    await daemon.says('Loading block index');
    daemon.kill('SIGTERM');
    expect(await daemon.ended).toMatchObject({ code: 0, err: '' });
  });

  it('ends within a second when it is asked twice, whatever it waits for', async () => {
    const { daemon } = await startReady(newFolder(), ['-shutdownnotify=sleep 3']);
    daemon.kill('SIGTERM');
    await daemon.says('Shutdown: In progress');
    const asked = performance.now();
    daemon.kill('SIGTERM');
    expect(await daemon.gone).toBe(130);
    expect(performance.now() - asked).toBeLessThan(1000);
  });

  it('goes on when nobody reads what it writes, and when its parent has other plans with it', async () => {
    const { daemon, cookie } = await startReady(newFolder());
    daemon.process.stdout?.destroy();
    await daemon.call(cookie, 'generatetoaddress', [3, ADDRESS]);
    daemon.kill('SIGHUP');
    await daemon.call(cookie, 'generatetoaddress', [1, ADDRESS]);
    expect((await daemon.call(cookie, 'getblockcount')).result).toBe(4);
    await daemon.call(cookie, 'stop');
    expect(await daemon.gone).toBe(0);
  });

  it('mines on threads of its own', async () => {
    const { daemon, cookie } = await startReady(newFolder(), [`-mine=${ADDRESS}`]);
    let mined = 0;
    for (const end = Date.now() + 20_000; mined < 2 && Date.now() < end; ) {
      mined = (await daemon.call(cookie, 'getblockcount')).result as number;
    }
    expect(mined).toBeGreaterThanOrEqual(2);
    daemon.kill('SIGTERM');
    expect(await daemon.ended).toMatchObject({ code: 0, err: '' });
  });

  it('can be copied elsewhere, and goes on from there', async () => {
    const [folder, copy] = [newFolder(), newFolder()];
    const first = await startReady(folder);
    await first.daemon.call(first.cookie, 'generatetoaddress', [3, ADDRESS]);
    await first.daemon.call(first.cookie, 'stop');
    await first.daemon.ended;
    cpSync(folder, copy, { recursive: true });
    rmSync(folder, { recursive: true });
    const second = await startReady(copy);
    expect((await second.daemon.call(second.cookie, 'getblockcount')).result).toBe(3);
    const { result } = await second.daemon.call(second.cookie, 'verifychain');
    expect(result).toBe(true);
  });
});

describe('a start that fails', () => {
  it('on a folder that is in use says so, and lets the first node alone', async () => {
    const folder = newFolder();
    const { daemon, chain, cookie } = await startReady(folder);
    const second = start(['-regtest', `-datadir=${folder}`, ...FREE_PORTS]);
    expect(await second.ended).toEqual({
      code: 1,
      out: '',
      err: `Error: Cannot obtain a lock on data directory ${chain}. Blockyard is probably already running.\n`,
    });
    expect(readFileSync(join(chain, '.cookie'), 'utf8')).toBe(cookie);
    expect(readFileSync(join(chain, 'bitcoind.pid'), 'utf8')).toBe(`${daemon.process.pid}\n`);
    expect((await daemon.call(cookie, 'getblockcount')).result).toBe(0);
  });

  it('on ports that are taken names them', async () => {
    const [port = 0, rpcPort = 0] = await freePorts(2);
    const ports = [`-port=${port}`, `-rpcport=${rpcPort}`, '-bind=127.0.0.1'];
    const first = start(['-regtest', `-datadir=${newFolder()}`, ...ports]);
    await first.ready();
    const folder = newFolder();
    const words = ['-regtest', `-datadir=${folder}`, '-bind=127.0.0.1'];
    const taken = await start([...words, `-port=${port}`, '-rpcport=0']).ended;
    expect(taken).toMatchObject({
      code: 1,
      err:
        `Error: Unable to bind to 127.0.0.1:${port} on this computer. Blockyard is probably already running.\n` +
        'Error: Failed to listen on any port. Use -listen=0 if you want this.\n',
    });
    const mute = await start([...words, '-port=0', `-rpcport=${rpcPort}`]).ended;
    expect(mute).toMatchObject({
      code: 1,
      err: 'Error: Unable to start HTTP server. See debug log for details.\n',
    });
    expect(readdirSync(join(folder, 'regtest'))).not.toContain('.cookie');
  });

  it('by its options is told in a line behind Error:', async () => {
    expect(await start(['-rpcprot=1']).ended).toEqual({
      code: 1,
      out: '',
      err: 'Error: Error parsing command line arguments: Invalid parameter -rpcprot=1; did you mean -rpcport?\n',
    });
  });

  it('on a chain that is damaged tells what helps', async () => {
    const folder = newFolder();
    const { daemon, chain, cookie } = await startReady(folder);
    await daemon.call(cookie, 'stop');
    await daemon.ended;
    rmSync(join(chain, 'blocks', 'index', 'CURRENT'));
    writeFileSync(join(chain, 'blocks', 'index', 'CURRENT'), 'nonsense');
    const { code, err } = await start(['-regtest', `-datadir=${folder}`, ...FREE_PORTS]).ended;
    expect(code).toBe(1);
    expect(err).toMatch(/^Error: [^\n]*reindex[^\n]*\n$/);
    expect(readdirSync(chain)).not.toContain('.cookie');
  });
});

describe('options', () => {
  it('are read from bitcoin.conf with its sections, the environment, and the command line', async () => {
    const folder = newFolder();
    const [main = 0, rpcPort = 0] = await freePorts(2);
    writeFileSync(
      join(folder, 'bitcoin.conf'),
      [
        ...['regtest=1', 'rpcuser=alice', 'rpcpassword=secret', 'uacomment=from the file', ''],
        ...['[main]', `rpcport=${main}`, '[regtest]', `rpcport=${rpcPort}`, 'port=0', ''],
      ].join('\n'),
    );
    const daemon = start([`--datadir`, folder, '-uacomment=typed'], {
      env: { BLOCKYARD_TXINDEX: '1', BLOCKYARD_COINSTATSINDEX: '1' },
    });
    await daemon.ready();
    expect(daemon.rpcPort).toBe(rpcPort);
    // Whoever has a password needs no cookie.
    expect(existsSync(join(folder, 'regtest', '.cookie'))).toBe(false);
    const network = await daemon.call('alice:secret', 'getnetworkinfo');
    expect(network.result).toMatchObject({
      subversion: expect.stringMatching(/^\/Blockyard:[^(]+\(typed; from the file\)\/$/),
    });
    const indexes = await daemon.call('alice:secret', 'getindexinfo');
    const isThere = { synced: true, best_block_height: 0 };
    expect(indexes.result).toEqual({ txindex: isThere, coinstatsindex: isThere });
  });

  it('may call files by other names, and do without them', async () => {
    const folder = newFolder();
    const words = ['-rpccookiefile=key', '-rpccookieperms=group', '-pid=p', '-debuglogfile=l.txt'];
    const daemon = start(['-regtest', `-datadir=${folder}`, ...FREE_PORTS, ...words]);
    await daemon.ready();
    const chain = join(folder, 'regtest');
    expect(permissionsOf(join(chain, 'key'))).toBe(0o640);
    const names = readdirSync(chain);
    expect(names).toEqual(expect.arrayContaining(['p', 'l.txt', 'key']));
    for (const name of ['.cookie', 'bitcoind.pid', 'debug.log']) expect(names).not.toContain(name);
    daemon.kill('SIGTERM');
    await daemon.ended;

    const bare = ['-norpccookiefile', '-nopid', '-nodebuglogfile', '-server=0', '-listen=0'];
    const second = start(['-regtest', `-datadir=${folder}`, ...bare, '-listenonion=0']);
    await second.says('Done loading');
    expect(readdirSync(chain)).not.toContain('key');
    expect(readdirSync(chain)).not.toContain('bitcoind.pid');
    expect(second.out).not.toMatch(/Binding RPC|listening on/);
  });

  it('print help, and the version', async () => {
    const help = await start(['-help']).ended;
    expect(help).toMatchObject({ code: 0, err: '' });
    // Packed or not, texts are what they were.
    expect(help.out).toContain(nodeHelp({ debug: false }).replace(/^.*\n/, ''));
    expect(help.out).toMatch(/^Blockyard version v\d/);
    expect(help.out).toContain('  -rpcport=<port>\n');
    expect(help.out).not.toContain('-mocktime');
    expect((await start(['-help-debug']).ended).out).toContain('-mocktime=<time>');
    expect((await start(['-version']).ended).out).toMatch(/^Blockyard version v\S+\n$/);
  });

  it('run commands when something happens', async () => {
    const folder = newFolder();
    const { daemon, chain, cookie } = await startReady(folder, [
      `-startupnotify=echo started >> ${folder}/told`,
      `-blocknotify=echo %s >> ${folder}/told`,
      `-shutdownnotify=echo stopped >> ${folder}/told`,
    ]);
    await textOf(join(folder, 'told'));
    const { result } = await daemon.call(cookie, 'generatetoaddress', [1, ADDRESS]);
    const [hash = ''] = result as string[];
    const told = (): string => readFileSync(join(folder, 'told'), 'utf8');
    await until(() => told().includes(hash), hash);
    await daemon.call(cookie, 'stop');
    await daemon.ended;
    expect(told()).toBe(`started\n${hash}\nstopped\n`);
    expect(readdirSync(chain)).not.toContain('told');
  });

  it('stop the clock, and stop at a height', async () => {
    const words = ['-mocktime=1700000000', '-stopatheight=2'];
    const { daemon, cookie } = await startReady(newFolder(), words);
    const mined = await daemon.call(cookie, 'generatetoaddress', [1, ADDRESS]);
    const block = await daemon.call(cookie, 'getblockheader', mined.result as string[]);
    expect(block.result).toMatchObject({ time: 1_700_000_000 });
    await daemon.call(cookie, 'generatetoaddress', [1, ADDRESS]);
    expect(await daemon.ended).toMatchObject({ code: 0, err: '' });
  });
});

describe('in the background', () => {
  it('it goes on when whoever started it has ended', async () => {
    const folder = newFolder();
    const [rpcPort = 0] = await freePorts(1);
    const words = ['-regtest', `-datadir=${folder}`, '-port=0', `-rpcport=${rpcPort}`];
    const starter = start([...words, '-daemonwait']);
    expect(await starter.ended).toEqual({ code: 0, out: 'Blockyard starting\n', err: '' });
    const chain = join(folder, 'regtest');
    const cookie = readFileSync(join(chain, '.cookie'), 'utf8');
    const pid = Number(readFileSync(join(chain, 'bitcoind.pid'), 'utf8'));
    expect(pid).not.toBe(starter.process.pid);
    expect((await callRpc(rpcPort, cookie, 'getblockcount')).result).toBe(0);

    const second = await start([...words, '-daemonwait']).ended;
    expect(second).toMatchObject({ code: 1, out: '' });
    expect(second.err).toContain('Error: Cannot obtain a lock on data directory');
    await callRpc(rpcPort, cookie, 'stop');
    await until(() => !existsSync(join(chain, '.lock')), 'the end of the daemon');
  });

  it('it tells what is wrong with its options while somebody sees it', async () => {
    const { code, out, err } = await start(['-regtest', '-daemon', '-onlynet=mars']).ended;
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain("Unknown network specified in -onlynet: 'mars'");
  });
});
