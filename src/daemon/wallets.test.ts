/** What a daemon makes of its wallets: at the start, in between, and at the next start. */
import { describe, expect, it } from 'vitest';
import { daemonIo, namesIn, textIn, type VirtualDaemonIo } from '../../test/fixtures/daemon-io.ts';
import { callDaemon, during } from '../../test/fixtures/daemon-run.ts';
import { writeFile } from '../outside/disk/whole-file.ts';

const CHAIN = '/home/ada/.blockyard/regtest';
const WALLETS = `${CHAIN}/wallets`;
const NOBODY = 'bcrt1qjnpwvzk7n82kkskh4ur99q3zux9677qtj7frnd';
const WORDS = ['-regtest', '-keypool=2'];

const call = async (
  io: VirtualDaemonIo,
  method: string,
  params: readonly unknown[] = [],
  path?: string,
): Promise<unknown> => (await callDaemon(io, method, params, path)).result;

async function settingsOf(io: VirtualDaemonIo): Promise<unknown> {
  const { _warning_, ...rest } = JSON.parse(await textIn(io, CHAIN, 'settings.json'));
  return rest;
}

/** A machine on which a node has made wallets. */
async function machineWith(...names: readonly string[]): Promise<VirtualDaemonIo> {
  const io = await daemonIo();
  await during(io, WORDS, async () => {
    for (const name of names) await call(io, 'createwallet', [name]);
  });
  return io;
}

/** The same machine, with nothing running. */
const again = (io: VirtualDaemonIo): Promise<VirtualDaemonIo> => daemonIo({ beside: io });

describe('a wallet that is wished at every start', () => {
  it('leaves the one without a name its place, which is opened where no other is wished', async () => {
    const io = await again(await machineWith(''));
    await during(io, WORDS, async () => {
      expect(await settingsOf(io)).toEqual({});
      await call(io, 'createwallet', ['a', false, false, '', false, true, true]);
      expect(await settingsOf(io)).toEqual({ wallet: ['', 'a'] });
    });
    const second = await again(await machineWith(''));
    await during(second, WORDS, async () => {
      await call(second, 'unloadwallet', ['', false]);
      expect(await settingsOf(second)).toEqual({ wallet: [] });
    });
  });

  it('is written into settings.json, opened from then on, and taken off again', async () => {
    const io = await daemonIo();
    await during(io, WORDS, async () => {
      expect(await settingsOf(io)).toEqual({});
      await call(io, 'createwallet', ['a', false, false, '', false, true, true]);
      await call(io, 'createwallet', ['b']);
      expect(await settingsOf(io)).toEqual({ wallet: ['a'] });
      await call(io, 'unloadwallet', ['b', true]);
      expect(await settingsOf(io)).toEqual({ wallet: ['a', 'b'] });
    });
    const second = await again(io);
    const { out, err } = await during(second, WORDS, async () => {
      expect(await call(second, 'listwallets')).toEqual(['a', 'b']);
      await call(second, 'unloadwallet', ['a', false]);
      expect(await settingsOf(second)).toEqual({ wallet: ['b'] });
      await call(second, 'loadwallet', ['a', null]);
    });
    expect(out).toMatch(/init message: Starting network.*Loading wallet….*Done loading/s);
    expect(err).toBe('');
    const third = await again(io);
    await during(third, WORDS, async () => {
      expect(await call(third, 'listwallets')).toEqual(['b']);
    });
  });

  it('is left alone where nothing is written down', async () => {
    const io = await daemonIo();
    await during(io, [...WORDS, '-nosettings'], async () => {
      const wish = ['a', false, false, '', false, true, true];
      expect(await callDaemon(io, 'createwallet', wish)).toMatchObject({
        error: {
          code: -1,
          message: 'Attempt to write settings file when dynamic settings are disabled.',
        },
      });
      expect(await call(io, 'listwallets')).toEqual(['a']);
    });
    expect(await namesIn(io, CHAIN)).not.toContain('settings.json');
  });
});

describe('-wallet', () => {
  it('opens wallets, each once, and leaves out what is not there', async () => {
    const io = await again(await machineWith('a', 'b'));
    const words = [...WORDS, '-wallet=b', '-wallet=a', '-wallet=b', '-wallet=c'];
    const { code, err } = await during(io, words, async () => {
      expect(await call(io, 'listwallets')).toEqual(['b', 'a']);
    });
    expect(code).toBe(0);
    expect(err).toBe(
      'Warning: Ignoring duplicate -wallet b.\n' +
        `Warning: Skipping -wallet path that doesn't exist. Failed to load database path '${WALLETS}/c'. Path does not exist.\n`,
    );
    expect(await textIn(io, CHAIN, 'debug.log')).toContain('[warning] Ignoring duplicate');
  });

  it('is not needed for the wallet without a name, unless others are named', async () => {
    const first = await machineWith('', 'a');
    for (const [words, open] of [
      [[], ['']],
      [['-wallet=a'], ['a']],
      [['-nowallet'], []],
    ] as const) {
      const io = await again(first);
      await during(io, [...WORDS, ...words], async () => {
        expect(await call(io, 'listwallets')).toEqual(open);
      });
    }
  });

  it('is an error if what it names is no wallet, which stays as it is', async () => {
    const io = await daemonIo();
    await io.disk.makeFolder(`${WALLETS}/mine`);
    await writeFile(io.disk, `${WALLETS}/mine/notes.txt`, new TextEncoder().encode('mine'));
    const { code, err } = await during(io, [...WORDS, '-wallet=mine']);
    expect({ code, err }).toEqual({
      code: 1,
      err: `Error: Failed to load database path '${WALLETS}/mine'. Data is not in recognized format.\n`,
    });
    expect(await namesIn(io, `${WALLETS}/mine`)).toEqual(['notes.txt']);
    expect(await namesIn(io, CHAIN)).not.toContain('.cookie');
  });
});

describe('-walletdir', () => {
  it('is where wallets are', async () => {
    const io = await daemonIo();
    await io.disk.makeFolder('/vault');
    await during(io, [...WORDS, '-walletdir=/vault/'], async () => {
      await call(io, 'createwallet', ['a']);
    });
    expect(await namesIn(io, '/vault')).toEqual(['a']);
    expect(await namesIn(io, WALLETS)).toEqual([]);
  });

  it.each([
    ['/nowhere', 'does not exist'],
    ['', 'does not exist'],
    ['/file', 'is not a directory'],
    ['here', 'is a relative path'],
  ])('is refused where it is none: %s', async (folder, why) => {
    const io = await daemonIo();
    await writeFile(io.disk, '/file', new Uint8Array());
    await io.disk.makeFolder('here');
    const words = [...WORDS, `-walletdir=${folder}`];
    const err = `Error: Specified -walletdir "${folder}" ${why}\n`;
    expect(await during(io, words)).toEqual({ code: 1, out: '', err });
    const without = await daemonIo();
    expect(await during(without, [...words, '-disablewallet'])).toMatchObject({ code: 0, err: '' });
  });
});

describe('-disablewallet', () => {
  it('leaves a node without wallets, and without their methods', async () => {
    const io = await daemonIo();
    const { err } = await during(io, [...WORDS, '-disablewallet', '-wallet=a'], async () => {
      const unknown = { code: -32601, message: 'Method not found' };
      expect((await callDaemon(io, 'listwallets')).error).toEqual(unknown);
      expect(await call(io, 'getblockcount', [], '/wallet/a')).toBe(0);
      expect(await call(io, 'help')).not.toContain('createwallet');
      expect(await namesIn(io, WALLETS)).toEqual([]);
    });
    expect(err).toBe('');
    expect(await textIn(io, CHAIN, 'debug.log')).toMatch(
      /parameter interaction: -disablewallet -> ignoring -wallet=a.*Wallet disabled!/s,
    );
  });
});

describe('-walletnotify', () => {
  it('runs a command for each transaction, with what it is asked for', async () => {
    const io = await daemonIo();
    const words = [...WORDS, '-walletnotify=tell %w %s %b %h %%', '-fallbackfee=0.0002'];
    const name = "it's mine; rm %s";
    let confirmed: unknown;
    let sent: unknown;
    await during(io, words, async () => {
      await call(io, 'createwallet', [name]);
      const address = await call(io, 'getnewaddress');
      const blocks = (await call(io, 'generatetoaddress', [101, address])) as string[];
      const block = (await call(io, 'getblock', [blocks[0]])) as { readonly tx: string[] };
      confirmed = `${block.tx[0]} ${blocks[0]} 1`;
      sent = await call(io, 'sendtoaddress', [address, 1]);
    });
    const quoted = `'it'"'"'s mine; rm %s'`;
    const { commands } = io.programs;
    expect(commands).toHaveLength(102);
    expect(commands[0]).toBe(`tell ${quoted} ${confirmed} %%`);
    expect(commands.at(-1)).toBe(`tell ${quoted} ${sent} unconfirmed -1 %%`);
  });

  it('is silent about a payment whose replacement has confirmed', async () => {
    const io = await daemonIo();
    const words = [...WORDS, '-walletnotify=%s %h', '-fallbackfee=0.0002'];
    await during(io, words, async () => {
      const { commands } = io.programs;
      await call(io, 'createwallet', ['a']);
      const address = await call(io, 'getnewaddress');
      await call(io, 'generatetoaddress', [101, address]);
      const sent = await call(io, 'sendtoaddress', [NOBODY, 1]);
      const { txid } = (await call(io, 'bumpfee', [sent])) as { readonly txid: string };
      commands.splice(0);
      await call(io, 'generatetoaddress', [1, NOBODY]);
      expect(commands).toEqual([`${txid} 102`]);
    });
  });

  it('tells once more what a rescan finds, and of a reward whose block is gone', async () => {
    const io = await daemonIo();
    await during(io, [...WORDS, '-walletnotify=%s %b %h'], async () => {
      const { commands } = io.programs;
      await call(io, 'createwallet', ['a']);
      const address = await call(io, 'getnewaddress');
      const blocks = (await call(io, 'generatetoaddress', [2, address])) as string[];
      expect(commands.splice(0)).toHaveLength(2);
      await call(io, 'rescanblockchain');
      expect(commands.map((command) => command.slice(65))).toEqual([
        `${blocks[0]} 1`,
        `${blocks[1]} 2`,
      ]);
      const [, last] = commands.splice(0);
      await call(io, 'invalidateblock', [blocks[1]]);
      expect(commands).toEqual([`${last?.slice(0, 64)} unconfirmed -1`]);
    });
  });
});

describe('what is logged', () => {
  it('names wallets and transactions, and tells no secret', async () => {
    const io = await daemonIo();
    const passphrase = 'a very secret passphrase';
    let key = '';
    const words = [...WORDS, '-debug=1', '-fallbackfee=0.0002'];
    const { out } = await during(io, words, async () => {
      await call(io, 'createwallet', ['a', false, false, passphrase]);
      await call(io, 'walletpassphrase', [passphrase, 60]);
      await callDaemon(io, 'walletpassphrase', [`${passphrase}!`, 60]);
      const { descriptors } = (await call(io, 'listdescriptors', [true])) as {
        readonly descriptors: readonly { readonly desc: string }[];
      };
      key = /tprv\w+/.exec(descriptors[0]?.desc ?? '')?.[0] ?? '';
      await call(io, 'importdescriptors', [[{ desc: descriptors[0]?.desc, timestamp: 'now' }]]);
    });
    const log = await textIn(io, CHAIN, 'debug.log');
    expect(log).toContain(`Using wallet directory ${WALLETS}`);
    expect(log).toContain('[a] Wallet completed loading');
    expect(log).toContain('[a] Releasing wallet a..');
    expect(key).toMatch(/^tprv/);
    for (const secret of [passphrase, key, 'tprv']) expect(log + out).not.toContain(secret);
  });
});

it('has wallets in memory, of which nothing is left', async () => {
  const io = await daemonIo();
  const words = [...WORDS, '-memory', '-rpccookiefile=/home/ada/.blockyard/regtest/.cookie'];
  await io.disk.makeFolder(CHAIN);
  await during(io, words, async () => {
    await call(io, 'createwallet', ['a', false, false, '', false, true, true]);
    expect(await call(io, 'listwalletdir')).toEqual({ wallets: [{ name: 'a' }] });
    await call(io, 'backupwallet', ['/home/ada/a.backup']);
    await call(io, 'restorewallet', ['b', '/home/ada/a.backup']);
    expect(await call(io, 'listwallets')).toEqual(['a', 'b']);
  });
  expect(await namesIn(io, '/home/ada')).toEqual(['.blockyard', 'a.backup']);
  expect(await namesIn(io, CHAIN)).toEqual([]);
});
