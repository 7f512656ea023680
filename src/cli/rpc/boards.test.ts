/** What is made of several calls, against a node that answers as a Bitcoin Core with wallets and peers does. */
import { describe, expect, it } from 'vitest';
import { writeFile } from '../../outside/disk/whole-file.ts';
import { fakeIo } from '../fake-io.ts';
import { runCommand } from '../run-command.ts';

const NOW = 1_700_000_000;

interface Asked {
  readonly path: string;
  readonly method: string;
  readonly params: unknown;
}

type Answer = (asked: Asked) => string;

/** Runs a command against somebody who answers each call with some JSON, or an error. */
async function rpc(words: readonly string[], answer: Answer) {
  const io = fakeIo({ now: NOW * 1000 });
  const asked: Asked[] = [];
  const one = (path: string, { id, method, params }: { id: number } & Asked): string => {
    asked.push({ path, method, params });
    const result = answer({ path, method, params });
    const field = result.startsWith('error') ? `"error":${result.slice(5)}` : `"result":${result}`;
    return `{"jsonrpc":"2.0",${field},"id":${id}}`;
  };
  const server = await io.http.serve({ host: '127.0.0.1', port: 18_443 }, async (request) => {
    const calls = JSON.parse(new TextDecoder().decode(await request.body()));
    // Core answers in any order it likes.
    const body = Array.isArray(calls)
      ? `[${calls.map((call) => one(request.url, call)).reverse()}]`
      : one(request.url, calls);
    return { status: 200, body };
  });
  await io.disk.makeFolder('/home/alice/.blockyard/regtest');
  const cookie = new TextEncoder().encode('__cookie__:crumbs');
  await writeFile(io.disk, '/home/alice/.blockyard/regtest/.cookie', cookie);
  const code = await runCommand(['rpc', '-regtest', ...words], io);
  await server.close();
  return { code, asked, ...io.said() };
}

const NOT_FOUND = 'error{"code":-32601,"message":"Method not found"}';
const NETWORK = JSON.stringify({
  version: 280_100,
  subversion: '/Satoshi:28.1.0/',
  protocolversion: 70_016,
  timeoffset: -1,
  connections: 3,
  connections_in: 1,
  connections_out: 2,
  networks: [
    { name: 'ipv4', reachable: true, proxy: '127.0.0.1:9050' },
    { name: 'ipv6', reachable: true, proxy: '127.0.0.1:9050' },
    { name: 'onion', reachable: false, proxy: '127.0.0.1:9051' },
  ],
  localaddresses: [{ address: '1.2.3.4', port: 18_444, score: 7 }],
  warnings: ['one', 'two'],
}).replace('"warnings"', '"relayfee":0.00001000,"warnings"');
const CHAIN =
  '{"chain":"regtest","blocks":70,"headers":100,"verificationprogress":0.7,"difficulty":1}';

describe('-getinfo', () => {
  const node =
    (wallets: readonly string[]): Answer =>
    ({ method, path }) => {
      if (method === 'getnetworkinfo') return NETWORK;
      if (method === 'getblockchaininfo') return CHAIN;
      if (method === 'listwallets') return JSON.stringify(wallets);
      const isOne = wallets.length === 1 || path !== '/';
      if (!isOne) return 'error{"code":-19,"message":"Wallet file not specified"}';
      if (method === 'getbalances') return `{"mine":{"trusted":${path.length}.50000000}}`;
      if (method !== 'getwalletinfo') return NOT_FOUND;
      return '{"walletname":"","keypoolsize":1000,"unlocked_until":0,"paytxfee":0.00000000}';
    };

  it('tells of the wallet, if there is one', async () => {
    const { out, asked } = await rpc(['-getinfo'], node(['']));
    expect(out).toBe(
      [
        'Chain: regtest',
        'Blocks: 70',
        'Headers: 100',
        'Verification progress: ▒▒▒▒▒▒▒▒▒▒▒▒▒▒░░░░░░ 70.0000%',
        'Difficulty: 1',
        '',
        'Network: in 1, out 2, total 3',
        'Version: 280100',
        'Time offset (s): -1',
        'Proxies: 127.0.0.1:9050 (ipv4, ipv6), 127.0.0.1:9051 (onion)',
        'Min tx relay fee rate (BTC/kvB): 0.00001000',
        '',
        'Wallet: ""',
        'Keypool size: 1000',
        'Unlocked until: 0',
        'Transaction fee rate (-paytxfee) (BTC/kvB): 0.00000000',
        '',
        'Balance: 1.50000000',
        '',
        'Warnings: one; two',
        '',
      ].join('\n'),
    );
    expect(asked.map(({ method }) => method)).toEqual([
      ...['getnetworkinfo', 'getblockchaininfo', 'getwalletinfo', 'getbalances', 'listwallets'],
    ]);
  });

  it('tells of all wallets, if there are several and none is named', async () => {
    const { out } = await rpc(['-getinfo'], node(['', 'savings']));
    expect(out).toContain('\nBalances\n 8.50000000 ""\n15.50000000 savings\n\nWarnings');
    const named = await rpc(['-rpcwallet=savings', '-getinfo'], node(['', 'savings']));
    expect(named.out).toContain('Balance: 15.50000000\n');
    expect(named.asked.map(({ method }) => method)).not.toContain('listwallets');
  });

  it('ends with the error of whoever does not tell of the chain', async () => {
    const { code, err } = await rpc(['-getinfo'], () => 'error{"code":-28,"message":"Loading…"}');
    expect([code, err]).toEqual([28, 'error code: -28\nerror message:\nLoading…\n']);
  });
});

describe('-generate', () => {
  it('mines to a new address, so many blocks, with so many tries', async () => {
    const node: Answer = ({ method }) =>
      method === 'getnewaddress' ? '"bcrt1qnew"' : '["aa","bb"]';
    const { out, asked } = await rpc(['-generate', '2', '1000'], node);
    expect(out).toBe('{\n  "address": "bcrt1qnew",\n  "blocks": [\n    "aa",\n    "bb"\n  ]\n}\n');
    expect(asked[1]).toMatchObject({ method: 'generatetoaddress', params: [2, 'bcrt1qnew', 1000] });
    expect((await rpc(['-generate'], node)).asked[1]?.params).toEqual([1, 'bcrt1qnew']);
    expect((await rpc(['-generate', '0'], node)).err).toContain(
      'error: the first argument (number of blocks to generate, default: 1) must be an integer value greater than zero',
    );
    expect((await rpc(['-generate', '1', '2', '3'], node)).err).toContain(
      'error: too many arguments',
    );
    const { code, err } = await rpc(['-generate'], () => 'error{"code":-18,"message":"No wallet"}');
    expect([code, err]).toEqual([18, 'error code: -18\nerror message:\nNo wallet\n']);
  });
});

describe('-addrinfo', () => {
  it('counts by network', async () => {
    const nodes = ['ipv4', 'onion', 'ipv4', 'other'].map((network) => ({ network }));
    const { out, asked } = await rpc(['-addrinfo'], () => JSON.stringify(nodes));
    expect(JSON.parse(out)).toEqual({
      addresses_known: { ipv4: 2, ipv6: 0, onion: 1, i2p: 0, cjdns: 0, total: 3 },
    });
    expect(asked).toEqual([{ path: '/', method: 'getnodeaddresses', params: [0] }]);
    expect((await rpc(['-addrinfo'], () => '[{}]')).err).toContain('v22.0 and up');
  });
});

describe('-netinfo', () => {
  const peer = (fields: object): object => ({
    ...{ id: 0, addr: '10.0.0.1:18444', network: 'ipv4', inbound: false, relaytxes: true },
    ...{ connection_type: 'manual', transport_protocol_type: 'v2', version: 70_016 },
    ...{ subver: '/Satoshi:28.1.0/', lastsend: NOW - 3, lastrecv: NOW - 4, last_block: NOW - 120 },
    ...{ last_transaction: 0, conntime: NOW - 3600, addr_relay_enabled: true, addr_processed: 12 },
    ...fields,
  });
  const peers = [
    peer({ minping: 0.02, pingtime: 0.0254, bip152_hb_to: true, bip152_hb_from: true }),
    peer({ id: 12, minping: 0.01, pingtime: 2000, connection_type: 'block-relay-only' }),
    peer({
      ...{ id: 3, inbound: true, connection_type: 'inbound', network: 'not_publicly_routable' },
      ...{ relaytxes: false, addr_relay_enabled: false, addr_processed: 0, addr_rate_limited: 5 },
    }),
    peer({ network: 'unheard-of' }),
  ];
  const node: Answer = ({ method }) => (method === 'getpeerinfo' ? JSON.stringify(peers) : NETWORK);

  it('counts peers, and names the addresses of the node', async () => {
    const { out } = await rpc(['-netinfo'], node);
    expect(out.replace(/^Blockyard client v[\d.]+/, 'Blockyard client v')).toBe(
      [
        'Blockyard client v regtest - server 70016/Satoshi:28.1.0/',
        '',
        '         ipv4    ipv6     npr   total   block  manual',
        'in          0       0       1       1',
        'out         2       0       0       2       1       1',
        'total       2       0       1       3',
        '',
        'Local addresses',
        '1.2.3.4     port  18444    score      7',
        '',
      ].join('\n'),
    );
  });

  it('lists them in more and more detail, the nearest first', async () => {
    const { out } = await rpc(['-netinfo', '4'], node);
    expect(out.split('\n').slice(2, 8)).toEqual([
      '<->   type   net  v  mping   ping send recv  txn  blk  hb addrp addrl  age id address        version',
      ' in          npr  2                  3    4    *    2         .     5   60  3 10.0.0.1:18444 70016/Satoshi:28.1.0/',
      'out  block  ipv4  2     10      -    3    4         2        12         60 12 10.0.0.1:18444 70016/Satoshi:28.1.0/',
      'out manual  ipv4  2     20     25    3    4         2  .*    12         60  0 10.0.0.1:18444 70016/Satoshi:28.1.0/',
      '                        ms     ms  sec  sec  min  min                  min',
      '',
    ]);
    expect((await rpc(['-netinfo', '1'], node)).out.split('\n')[4]).toMatch(/60 12$/);
    expect((await rpc(['-netinfo', '2'], node)).out.split('\n')[4]).toMatch(/12 10.0.0.1:18444$/);
    expect((await rpc(['-netinfo', '3'], node)).out.split('\n')[4]).toMatch(/12 70016/);
    // More than all is all.
    expect((await rpc(['-netinfo', '255'], node)).out).toBe(out);
  });

  it('needs a node that is not too old', async () => {
    const { err } = await rpc(['-netinfo'], ({ method }) =>
      method === 'getpeerinfo' ? '[]' : NETWORK.replace('280100', '200000'),
    );
    expect(err).toContain('error: -netinfo requires bitcoind server to be running v0.21.0 and up');
  });
});
