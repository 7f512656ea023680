import { describe, expect, it } from 'vitest';
import { changedObject } from '../../test/fixtures/changed-object.ts';
import {
  daemonIo,
  namesIn,
  textIn,
  turnsUntil,
  type VirtualDaemonIo,
} from '../../test/fixtures/daemon-io.ts';
import { DiskError } from '../outside/disk/disk-error.ts';
import { writeFile } from '../outside/disk/whole-file.ts';
import { VirtualPrograms } from '../outside/programs/virtual-programs.ts';
import { runDaemon } from './run-daemon.ts';

const CHAIN = '/home/ada/.blockyard/regtest';

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a daemon until it is ready, does something with it, and stops it. */
async function during(
  io: VirtualDaemonIo,
  words: readonly string[],
  act: () => Promise<void> | void = () => {},
): Promise<Run> {
  let code: number | undefined;
  const running = runDaemon(words, io).then((ended) => {
    code = ended;
  });
  await turnsUntil(() => code !== undefined || io.programs.readyReports > 0, io);
  if (code === undefined) {
    await act();
    io.stop();
  }
  await turnsUntil(() => code !== undefined, io);
  await running;
  return { code: code ?? -1, ...io.said() };
}

/** Runs a daemon that is not expected to become ready. */
async function failing(words: readonly string[], io?: VirtualDaemonIo): Promise<Run> {
  return during(io ?? (await daemonIo()), words);
}

describe('a daemon', () => {
  it('makes the folder of its chain, with what others look for in it, and ends in silence', async () => {
    const io = await daemonIo();
    const ended = await during(io, ['-regtest'], async () => {
      const names = await namesIn(io, CHAIN);
      const looked = ['.cookie', 'bitcoind.pid', 'debug.log', 'wallets', 'blocks', 'chainstate'];
      expect(names).toEqual(expect.arrayContaining(looked));
      expect(await textIn(io, CHAIN, 'bitcoind.pid')).toBe('1000\n');
      expect(await textIn(io, CHAIN, '.cookie')).toMatch(/^__cookie__:[0-9a-f]{64}$/);
      expect((await io.disk.stat(`${CHAIN}/.cookie`))?.permissions).toBe(0o600);
    });
    expect(ended).toMatchObject({ code: 0, err: '' });
    const left = await namesIn(io, CHAIN);
    expect(left).not.toContain('.cookie');
    expect(left).not.toContain('bitcoind.pid');
    expect(await textIn(io, CHAIN, 'debug.log')).toMatch(/Shutdown: In progress.*Shutdown: done/s);
  });

  it('tells what it is busy with, each thing once', async () => {
    const { out } = await during(await daemonIo(), ['-regtest']);
    const phases = [...out.matchAll(/init message: (.*)/g)].map(([, words]) => words);
    expect(phases).toEqual([
      'Loading block index…',
      'Loading P2P addresses…',
      'Starting network threads…',
      'Done loading',
    ]);
  });

  it('answers calls by the cookie, on the port of its chain', async () => {
    const io = await daemonIo();
    await during(io, ['-regtest'], async () => {
      const cookie = btoa(await textIn(io, CHAIN, '.cookie'));
      const ask = (auth: string) =>
        io.http.request(
          { host: '127.0.0.1', port: 18443 },
          {
            method: 'POST',
            headers: { authorization: `Basic ${auth}` },
            body: '{"method":"getblockcount"}',
          },
        );
      const answered = ask(cookie);
      await turnsUntil(() => true, io);
      expect(await answered).toMatchObject({ status: 200, body: '{"result":0,"error":null}\n' });
    });
  });

  it('writes lines for programs if it is told to, and none to the console if that is wished', async () => {
    const json = await during(await daemonIo(), ['-regtest', '-rpcport=0', '--log-format', 'json']);
    for (const line of json.out.trimEnd().split('\n')) expect(JSON.parse(line).level).toBe('info');
    const core = await during(await daemonIo(), ['-regtest', '--log-format=core', '-debug=http']);
    expect(core.out).toMatch(/^2026-11-20T12:00:00Z init message: Done loading$/m);
    expect((await during(await daemonIo(), ['-regtest', '-printtoconsole=0'])).out).toBe('');
    const few = await during(await daemonIo(), ['-regtest', '--log-level=error']);
    expect(few.out).toBe('');
  });

  it('leaves nothing behind in memory', async () => {
    const io = await daemonIo();
    expect(await during(io, ['-regtest', '-memory'])).toMatchObject({ code: 0, err: '' });
    expect(await namesIn(io, '/home/ada')).toEqual([]);
  });

  it('goes by the file of a chain of one’s own', async () => {
    const io = await daemonIo();
    const { out, code } = await during(io, ['-chain=regtest', '-datadir=.']);
    expect({ code, folder: /Using chain (.*)/.exec(out)?.[1] }).toEqual({
      code: 0,
      folder: 'regtest, /work/regtest',
    });
    const missing = await failing(['-chain=./mine.json']);
    expect(missing).toMatchObject({ code: 1, err: expect.stringContaining('mine.json') });
    const bad = await daemonIo();
    await writeFile(bad.disk, './mine.json', new TextEncoder().encode('{"name": 7}'));
    expect((await failing(['-chain=./mine.json'], bad)).err).toMatch(/^Error: \.\/mine\.json: /);
  });
});

describe('what keeps it from starting', () => {
  it('is another node in the same folder, whose files it lets alone', async () => {
    const first = await daemonIo();
    await during(first, ['-regtest'], async () => {
      const cookie = await textIn(first, CHAIN, '.cookie');
      const second = await daemonIo({
        beside: first,
        programs: new VirtualPrograms({ pid: 2000 }),
      });
      expect(await failing(['-regtest', '-port=0', '-rpcport=0'], second)).toEqual({
        code: 1,
        out: '',
        err: `Error: Cannot obtain a lock on data directory ${CHAIN}. Blockyard is probably already running.\n`,
      });
      expect(await textIn(first, CHAIN, '.cookie')).toBe(cookie);
      expect(await textIn(first, CHAIN, 'bitcoind.pid')).toBe('1000\n');
    });
  });

  it('is a port that is taken: of JSON-RPC, or of the network', async () => {
    const first = await daemonIo();
    await during(first, ['-regtest'], async () => {
      const second = async (words: readonly string[]): Promise<Run> =>
        failing(['-regtest', '-memory', ...words], await daemonIo({ beside: first }));
      expect((await second(['-port=0', '-rpcport=18443'])).err).toBe(
        'Error: Unable to start HTTP server. See debug log for details.\n',
      );
      expect((await second(['-rpcport=0'])).err).toBe(
        'Error: Unable to bind to 0.0.0.0:18444 on this computer. Blockyard is probably already running.\n' +
          'Error: Failed to listen on any port. Use -listen=0 if you want this.\n',
      );
    });
  });

  it.each([
    [['-rpcprot=1'], /Invalid parameter -rpcprot=1; did you mean -rpcport\?/],
    [['word'], /Command line contains unexpected token 'word'/],
    [['-chain=nowhere'], /Unknown chain nowhere\./],
    [['-datadir=/nowhere'], /Specified data directory "\/nowhere" does not exist\./],
    [['-conf=nothing.conf'], /specified config file ".*nothing\.conf" could not be opened\./],
    [['-regtest', '-rpcauth=foo'], /Unable to start HTTP server/],
    [['-regtest', '-rpcallowip=x'], /Invalid -rpcallowip subnet specification: x\./],
    [['-regtest', '-vbparams=taproot'], /Version bits parameters malformed/],
    [['-regtest', '-vbparams=taproot:x:1'], /Invalid nStartTime \(x\)/],
    [['-regtest', '-vbparams=speedy:0:1'], /Invalid deployment \(speedy\)/],
    [['-signet', '-signetchallenge=zz'], /-signetchallenge must be hex, not 'zz'\./],
    [['-regtest', '-onlynet=mars'], /Unknown network specified in -onlynet: 'mars'/],
    [['-regtest', '-uacomment=a/b'], /User Agent comment \(a\/b\) contains unsafe characters\./],
    [['-regtest', `-uacomment=${'a'.repeat(260)}`], /exceeds maximum length \(256\)/],
    [['-regtest', '-bind=a.b'], /Cannot resolve -bind address: 'a\.b'/],
    [
      ['-regtest', '-whitebind=127.0.0.1'],
      /Need to specify a port with -whitebind: '127\.0\.0\.1'/,
    ],
    [['-regtest', '-whitelist=oh@10.0.0.1'], /Invalid P2P permission: 'oh'/],
    [['-regtest', '-addnode=a b'], /"a b" is no peer; write HOST, HOST:PORT or \[IPV6\]:PORT/],
    [['-regtest', '-externalip=x.y'], /Cannot resolve -externalip address: 'x\.y'/],
    [['-regtest', '-mine=abc'], /Invalid -mine address 'abc': /],
    [['-regtest', '-proxy=127.0.0.1:9050'], /this node does not connect through proxies/],
    [
      ['-regtest', '--log-format=xml'],
      /Invalid -log-format=xml; must be one of text, json, core\./,
    ],
  ])('is told of %j in a line, with exit code 1', async (words, said) => {
    const { code, out, err } = await failing(words);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^Error: [^\n]+\n$/);
    expect(err).toMatch(said);
  });
});

describe('in the background', () => {
  it('it is started once more, as nobody would see it', async () => {
    const io = await daemonIo();
    expect(await failing(['-regtest', '-daemon'], io)).toEqual({
      code: 0,
      out: 'Blockyard starting\n',
      err: '',
    });
    expect(io.programs.started).toEqual([['-nodaemon', '-nodaemonwait', '-printtoconsole=0']]);
    // Nothing is held that the one in the background needs.
    expect(await namesIn(io, CHAIN)).not.toContain('.lock');
  });

  it('it is not started where another node has the folder: that is told while somebody sees it', async () => {
    const first = await daemonIo();
    await during(first, ['-regtest'], async () => {
      const programs = new VirtualPrograms({ pid: 2000 });
      const { code, out, err } = await failing(
        ['-regtest', '-daemon'],
        await daemonIo({ beside: first, programs }),
      );
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toContain(`Cannot obtain a lock on data directory ${CHAIN}.`);
      expect(programs.started).toEqual([]);
    });
  });

  it('it is waited for if that is wished', async () => {
    const io = await daemonIo({ programs: new VirtualPrograms({ becomesReady: false }) });
    expect(await failing(['-regtest', '-daemonwait'], io)).toMatchObject({
      code: 1,
      err: 'Error: Error during initialization - check debug.log for details\n',
    });
  });
});

describe('commands of the user', () => {
  it('are run at the start and at the end', async () => {
    const io = await daemonIo();
    const words = ['-startupnotify=hello', '-shutdownnotify=bye', '-shutdownnotify=bye bye'];
    await during(io, ['-regtest', ...words]);
    expect(io.programs.commands).toEqual(['hello', 'bye', 'bye bye']);
  });

  it('that fail are told of in the log, and keep nobody from anything', async () => {
    const io = await daemonIo({ programs: new VirtualPrograms({ exitCodeOf: () => 3 }) });
    const { code, out } = await during(io, ['-regtest', '-shutdownnotify=bye']);
    expect(code).toBe(0);
    expect(out).toContain('runCommand error: system(bye) returned 3');
  });
});

describe('blocks in files', () => {
  it('are imported, and are all that there is to do if that is wished', async () => {
    const io = await daemonIo();
    let code: number | undefined;
    const words = ['-regtest', '-loadblock=a.dat', '-loadblock=b.dat', '-stopafterblockimport'];
    void runDaemon(words, io).then((ended) => {
      code = ended;
    });
    await turnsUntil(() => code !== undefined, io);
    expect(code).toBe(0);
    expect(io.imported).toEqual([['a.dat', 'b.dat']]);
    expect(io.said().out).toContain('Stopping after block import');
  });
});

describe('the end', () => {
  it('gives everything back, even if something of it fails', async () => {
    const io = await daemonIo();
    const failing = changedObject(io.disk, {
      rename: async (from, to) => {
        if (to.endsWith('mempool.dat')) throw new DiskError('full', 'rename', to);
        return io.disk.rename(from, to);
      },
    });
    const { code, err } = await during({ ...io, disk: failing }, ['-regtest']);
    expect(await namesIn(io, CHAIN)).not.toContain('.cookie');
    expect({ code, err: err.slice(0, 6) }).toEqual({ code: 1, err: 'Error:' });
    const again = await daemonIo({ beside: io });
    expect(await during(again, ['-regtest'])).toMatchObject({ code: 0, err: '' });
  });
});

describe('in memory', () => {
  it('has a cookie where somebody names a place for it', async () => {
    const io = await daemonIo();
    await during(io, ['-regtest', '-memory', '-rpccookiefile=/home/ada/key'], async () => {
      expect(await namesIn(io, '/home/ada')).toEqual(['key']);
    });
    expect(await namesIn(io, '/home/ada')).toEqual([]);
  });
});
