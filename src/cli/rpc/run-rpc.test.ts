import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlayedNode, playedNode } from '../../../test/fixtures/played-node.ts';
import {
  FOLDER,
  REGTEST_PORT,
  RpcHome,
  type Said,
  turnsOf,
  type World,
  wordsOf,
} from '../../../test/fixtures/rpc-home.ts';
import { allMethods } from '../../node/rpc/methods/all-methods.ts';
import { fakeIo } from '../fake-io.ts';
import { runCommand } from '../run-command.ts';

const GENESIS = '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206';
const ADDRESS = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

let played: PlayedNode;
let home: RpcHome;
beforeAll(async () => {
  played = await playedNode();
  home = new RpcHome(played);
});
afterAll(() => played.close());

const rpc = (line: string | readonly string[], world: World = {}): Promise<Said> =>
  home.rpc(line, world);
const printed = (out: string): Said => ({ code: 0, out, err: '' });

describe('an answer', () => {
  it('that is text is printed as it is, and so is a number', async () => {
    expect(await rpc('-regtest getblockhash 0')).toEqual(printed(`${GENESIS}\n`));
    expect(await rpc('-regtest getblockcount')).toEqual(printed('0\n'));
  });

  it('that is nothing prints nothing', async () => {
    expect(await rpc('-regtest setnetworkactive true')).toEqual(printed('true\n'));
    expect(await rpc('-regtest ping')).toEqual(printed(''));
  });

  it('that is an object is indented, and no digit of an amount is lost', async () => {
    const { out, code } = await rpc(`-regtest getblockstats ${GENESIS} ["subsidy","height"]`);
    expect(code).toBe(0);
    expect(out).toBe('{\n  "height": 0,\n  "subsidy": 5000000000\n}\n');
    const numbers = '[0.10000000,21000000.00000000,9223372036854775807,1e-08]';
    expect((await rpc(['-regtest', 'echojson', numbers])).out).toBe(
      '[\n  [\n    0.10000000,\n    21000000.00000000,\n    9223372036854775807,\n    1e-08\n  ]\n]\n',
    );
  });
});

describe('an error', () => {
  it('has its number and its words on standard error, and its number is the exit code', async () => {
    expect(await rpc('-regtest getblockhash 1000')).toEqual({
      code: 8,
      out: '',
      err: 'error code: -8\nerror message:\nBlock height out of range\n',
    });
    expect((await rpc('-regtest getblockhash -1')).code).toBe(8);
    expect((await rpc('-regtest getblock 00')).err).toContain('error code: -8\n');
  });

  it('of an unknown method names the nearest, and a shell sees one byte of it', async () => {
    expect(await rpc('-regtest getblokcount')).toEqual({
      code: 32_601 & 0xff,
      out: '',
      err: 'error code: -32601\nerror message:\nMethod not found\nDid you mean getblockcount?\n',
    });
  });

  it('of a word that is no JSON comes before the call', async () => {
    const said = await rpc('-regtest getblockhash zero');
    expect(said).toEqual({ code: 1, out: '', err: 'error: Error parsing JSON: zero\n' });
  });

  it('of a node that is not there says what to do', async () => {
    const { code, err } = await rpc('-regtest -rpcport=1 getblockcount');
    expect(code).toBe(1);
    expect(err).toBe(
      'error: timeout on transient error: Could not connect to the server 127.0.0.1:1\n\n' +
        'Make sure the node is running (blockyard node -chain=regtest) and that you are connecting to the correct RPC port.\n' +
        'Use "blockyard rpc -help" for more info.\n',
    );
  });

  it('of who may not call says why', async () => {
    expect(await rpc('-regtest getblockcount', { cookie: null })).toEqual({
      code: 1,
      out: '',
      err: `error: Could not locate RPC credentials. No authentication cookie could be found, and RPC password is not set.  See -rpcpassword and -stdinrpcpass.  Configuration file: (${FOLDER}/bitcoin.conf)\n`,
    });
    const wrong = await rpc('-regtest -rpcuser=alice -rpcpassword=wrong getblockcount');
    expect(wrong.code).toBe(1);
    expect(wrong.err).toBe('error: Authorization failed: Incorrect rpcuser or rpcpassword\n');
  });
});

describe('options', () => {
  it('stand before the method, with one dash or two; what stands behind is an argument', async () => {
    expect(await rpc('--chain regtest --rpcport 18443 echo -named --x')).toEqual(
      printed('[\n  "-named",\n  "--x"\n]\n'),
    );
  });

  it('that are unknown are told, and the nearest is named', async () => {
    expect(await rpc('-regtest -rpcprot=1 getblockcount')).toEqual({
      code: 1,
      out: '',
      err: 'Error parsing command line arguments: Invalid parameter -rpcprot=1; did you mean -rpcport?\n',
    });
    expect((await rpc('-txindex getblockcount')).err).toContain('Invalid parameter -txindex');
  });

  it('choose the chain: its port, and the folder of its cookie', async () => {
    const at = (chain: string, port: number): World => ({
      port,
      files: { [`${FOLDER}/${chain}/.cookie`]: '__cookie__:crumbs' },
    });
    expect((await rpc('getblockcount', at('main', 8332))).out).toBe('0\n');
    expect((await rpc('-signet getblockcount', at('signet', 38_332))).out).toBe('0\n');
    expect((await rpc('-testnet4 getblockcount', at('testnet4', 48_332))).out).toBe('0\n');
    expect((await rpc('-chain=lab getblockcount', at('lab', 21_332))).out).toBe('0\n');
    expect((await rpc('-regtest -signet getblockcount')).err).toMatch(
      /^Error: Invalid combination of -regtest, -signet/,
    );
  });

  it('-datadir names the folder, which has to be there', async () => {
    const files = { '/data/regtest/.cookie': '__cookie__:crumbs' };
    const there = await rpc('-regtest -datadir=/data getblockcount', { cookie: null, files });
    expect(there).toEqual(printed('0\n'));
    expect(await rpc('-datadir=/nowhere getblockcount')).toEqual({
      code: 1,
      out: '',
      err: 'Error: Specified data directory "/nowhere" does not exist.\n',
    });
  });

  it('-rpcuser and -rpcpassword count more than the cookie, -rpccookiefile names another one', async () => {
    const user = ['-regtest', '-rpcuser=alice', '-rpcpassword=sécret', 'getblockcount'];
    expect(await rpc(user, { cookie: null })).toEqual(printed('0\n'));
    const files = { [`${FOLDER}/regtest/a/jar`]: '__cookie__:crumbs' };
    const line = '-regtest -rpccookiefile=a/jar getblockcount';
    expect(await rpc(line, { cookie: null, files })).toEqual(printed('0\n'));
  });

  it('-rpcconnect may name a port, which -rpcport overrules with a warning', async () => {
    const world = { port: 1234 };
    expect(await rpc('-regtest -rpcconnect=127.0.0.1:1234 getblockcount', world)).toEqual(
      printed('0\n'),
    );
    expect(await rpc('-regtest -rpcconnect=[::1]:99 -rpcport=1234 getblockcount', world)).toEqual({
      code: 0,
      out: '0\n',
      err: 'Warning: Port specified in both -rpcconnect and -rpcport. Using -rpcport 1234\n',
    });
    for (const [option, value] of [
      ['rpcport', '0'],
      ['rpcport', '65536'],
      ['rpcport', 'x'],
      ['rpcconnect', '127.0.0.1:0'],
    ]) {
      const { code, err } = await rpc(`-regtest -${option}=${value} getblockcount`);
      expect([code, err]).toEqual([1, `error: Invalid port provided in -${option}: ${value}\n`]);
    }
  });

  it('may stand in bitcoin.conf, in the section of the chain, and in the environment', async () => {
    const conf = (text: string): World => ({
      port: 1234,
      cookie: null,
      files: { [`${FOLDER}/bitcoin.conf`]: text },
    });
    const section =
      'chain=regtest\ntxindex=1\n[regtest]\nrpcport=1234\nrpcuser=alice\nrpcpassword=sécret\n';
    expect(await rpc('getblockcount', conf(section))).toEqual(printed('0\n'));
    // A port for all chains is one for the main chain.
    const { err } = await rpc('getblockcount', conf('regtest=1\nrpcport=1234\n'));
    expect(err).toContain('127.0.0.1:18443');
    expect((await rpc('getblockcount', conf('what is this'))).err).toBe(
      'Error reading configuration file: parse error on line 1: what is this\n',
    );
    const environment = { BLOCKYARD_CHAIN: 'regtest', BLOCKYARD_RPCPORT: '1234' };
    expect((await rpc('getblockcount', { port: 1234, environment })).out).toBe('0\n');
    const named = await rpc('-conf=my.conf getblockcount', {
      ...conf(''),
      files: { [`${FOLDER}/my.conf`]: section },
    });
    expect(named.out).toBe('0\n');
  });

  it('-rpcwallet calls the path of a wallet', async () => {
    const io = await home.io();
    let asked = '';
    const other = await io.http.serve(
      { host: '127.0.0.1', port: REGTEST_PORT },
      async ({ url }) => {
        asked = url;
        return {
          status: 200,
          body: '{"result":null,"error":{"code":-19,"message":"Which?"},"id":1}',
        };
      },
    );
    const code = await runCommand(wordsOf('rpc -regtest -rpcwallet=a/ö getbalance'), io);
    expect(asked).toBe('/wallet/a%2F%C3%B6');
    expect(code).toBe(19);
    expect(io.said().err).toBe(
      'error code: -19\nerror message:\nWhich?\nTry adding "-rpcwallet=<filename>" option to blockyard rpc command line.\n',
    );
    await other.close();
  });

  it('-rpcclienttimeout ends the waiting for an answer', async () => {
    const io = await home.io();
    const server = await home.server(io);
    server.ready(played.context);
    const ended = runCommand(wordsOf('rpc -regtest -rpcclienttimeout=2 waitfornewblock'), io);
    await turnsOf(io, 1900);
    expect(io.said().err).toBe('');
    await turnsOf(io, 200);
    expect(await ended).toBe(1);
    expect(io.said().err).toContain('127.0.0.1:18443 (error code 0 - "timeout reached")\n');
    await server.close();
  });

  it('-named takes arguments by their names, and those without a name in their places', async () => {
    const hash = `blockhash=${GENESIS}`;
    const named = await rpc(['-regtest', '-named', 'getblock', hash, 'verbosity=0']);
    expect(named.out).toMatch(/^01000000[0-9a-f]+\n$/);
    const mixed = await rpc(['-regtest', '-named', 'getblock', GENESIS, 'verbose=false']);
    expect(mixed.out).toBe(named.out);
    expect((await rpc(['-regtest', '-named', 'getblock', hash, 'colour=red'])).err).toBe(
      'error code: -8\nerror message:\nUnknown named parameter colour\n',
    );
  });

  it('-version and -help do nothing else', async () => {
    expect((await rpc('-version')).out).toMatch(/^Blockyard RPC client version v\d/);
    for (const word of ['-?', '-h', '-help', '--help']) {
      const { code, out } = await rpc(['-regtest', word, 'stop']);
      expect(code).toBe(0);
      expect(out).toContain('Usage: blockyard rpc [options] METHOD');
      expect(out).toContain('  -rpcconnect=<host[:port]>\n');
    }
  });
});

describe('without a method', () => {
  it('there is a list of them, and how they are called', async () => {
    const { code, out } = await rpc('');
    expect(code).toBe(0);
    expect(out).toContain('Usage: blockyard rpc');
    for (const { name, hidden } of allMethods) {
      if (hidden !== true) expect(out.split(/\s+/)).toContain(name);
    }
  });

  it('but with options it is an error', async () => {
    expect(await rpc('-regtest')).toEqual({
      code: 1,
      out: '',
      err: 'error: too few parameters (need at least command)\n',
    });
  });
});

describe('the boards', () => {
  it('-getinfo tells how the node is, in colours where they are wanted', async () => {
    const { code, out } = await rpc('-regtest -getinfo');
    expect(code).toBe(0);
    expect(out).toMatch(
      /^Chain: regtest\nBlocks: 0\nHeaders: 0\nVerification progress: .*100\.0000%\nDifficulty: 4\.656542373906925e-10\n\nNetwork: in 0, out 0, total 0\nVersion: 280100\nTime offset \(s\): 0\nProxies: n\/a\nMin tx relay fee rate \(BTC\/kvB\): 0\.00001000\n\nWarnings: /,
    );
    const always = await rpc('-regtest -color=always -getinfo');
    expect(always.out).toContain('\u001b[34mChain: regtest\u001b[0m\n');
    expect((await rpc('-regtest -color=never -getinfo', { colours: true })).out).toBe(out);
    expect((await rpc('-regtest -color=red -getinfo')).err).toContain(
      'Invalid value for -color option. Valid values: always, auto, never.',
    );
    expect((await rpc('-regtest -getinfo now')).err).toBe('error: -getinfo takes no arguments\n');
  });

  it('-addrinfo counts addresses', async () => {
    expect((await rpc('-regtest -addrinfo')).out).toBe(
      '{\n  "addresses_known": {\n    "ipv4": 0,\n    "ipv6": 0,\n    "onion": 0,\n    "i2p": 0,\n    "cjdns": 0,\n    "total": 0\n  }\n}\n',
    );
  });

  it('-generate needs a wallet', async () => {
    const { code, err } = await rpc('-regtest -generate 2');
    expect(code).toBe(32_601 & 0xff);
    expect(err).toContain('error code: -32601\n');
  });

  it('-netinfo explains itself, and refuses levels that are none', async () => {
    expect((await rpc('-regtest -netinfo help')).out).toContain('Columns of the peers');
    expect((await rpc('-regtest -netinfo 256')).err).toBe(
      'error: invalid -netinfo argument: 256\nFor more information, run: blockyard rpc -netinfo help\n',
    );
  });
});

it('drives a node: blocks are mined, and looked at', async () => {
  const mined = await rpc(`-regtest generatetoaddress 2 ${ADDRESS}`);
  expect(mined.out.split('\n').length).toBe(5);
  expect((await rpc('-regtest getblockcount')).out).toBe('2\n');
});

it('whatever is typed, it is answered or refused, and is no bug', async () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom('-regtest', '-named', '-netinfo', '-rpcconnect=[', '--rpcport', '-stdin', '-'),
    fc.constantFrom('getblockcount', 'echo', 'getblock', '=', '-rpcport=-1', '-noconf', '{}'),
    fc.string().map((text) => `-${text}`),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 5 }), async (words) => {
      const io = fakeIo({ input: 'a\nb' });
      const code = await runCommand(['rpc', ...words], io);
      const { err } = io.said();
      // Nobody is listening here, so that there is no other answer than help.
      expect(err).not.toContain('this is a bug');
      expect(code === 0).toBe(err === '' || err.startsWith('Warning: '));
    }),
    { numRuns: 200 },
  );
});
