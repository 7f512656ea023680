import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { playedNode } from '../../../test/fixtures/played-node.ts';
import { SystemClock } from '../../outside/clock/system-clock.ts';
import { MemoryDisk } from '../../outside/disk/memory-disk.ts';
import { readFile } from '../../outside/disk/whole-file.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import type { HttpResponse } from '../../outside/http/http.ts';
import { SystemHttp } from '../../outside/http/system-http.ts';
import { VirtualHttp, type VirtualRequest } from '../../outside/http/virtual-http.ts';
import { noLog } from '../log/log.ts';
import { parseSubnet, type Subnet } from '../p2p/addresses/subnet.ts';
import { methodTable } from './method-table.ts';
import { allMethods } from './methods/all-methods.ts';
import { authorizedUser, parseRpcAuth, RpcAuthError, writeCookie } from './rpc-auth.ts';
import type { RpcContext } from './rpc-context.ts';
import type { RpcMethod } from './rpc-method.ts';
import { type NodeContext, RpcServer, type RpcServerOptions } from './rpc-server.ts';

const alice = { name: 'alice', password: 'secret:word' };
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
const ALICE = { authorization: basic('alice:secret:word') };

/** Tells its wallet, or waits until it is let go. */
function probes(): { methods: readonly RpcMethod[]; release: () => void } {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const probe = (name: string, run: RpcMethod['run']): RpcMethod => ({
    ...{ name, run, family: 'util', about: '', parameters: [], result: '' },
  });
  const methods = [
    probe('wallet', (_, { walletName }: RpcContext) => walletName ?? null),
    probe('wait', async () => {
      await released;
      return 'waited';
    }),
    probe('busy', (_, { activeCommands }) => activeCommands().map(({ method }) => method)),
    probe('bug', () => {
      throw new TypeError('a bug');
    }),
  ];
  return { methods, release };
}

interface Client {
  readonly server: RpcServer;
  readonly post: (body: string, request?: VirtualRequest) => Promise<HttpResponse>;
  readonly call: (method: string, request?: VirtualRequest) => Promise<string>;
  readonly release: () => void;
}

async function serve(options: Partial<RpcServerOptions> = {}, isReady = true): Promise<Client> {
  const http = new VirtualHttp();
  const { methods, release } = probes();
  const server = new RpcServer({
    ...{ http, clock: new SystemClock(), log: noLog, methods: methodTable(methods) },
    options: { bind: [{ host: '127.0.0.1', port: 0 }], users: [alice], ...options },
  });
  await server.start();
  // The probes ask for nothing else of the node.
  if (isReady) server.ready({ log: noLog } as NodeContext);
  const [address] = server.addresses;
  const post: Client['post'] = (body, request = {}) =>
    http.request(address as NonNullable<typeof address>, { headers: ALICE, ...request, body });
  return {
    ...{ server, post, release },
    call: async (method, request) => {
      const { status, body } = await post(JSON.stringify({ method, id: 1 }), request);
      return `${status} ${String(body ?? '').trimEnd()}`;
    },
  };
}

const ok = (result: string): string => `200 {"result":${result},"error":null,"id":1}`;

describe('the RPC server', () => {
  it('answers at / and, for a wallet, at its path', async () => {
    const { call } = await serve();
    expect(await call('wallet')).toBe(ok('null'));
    expect(await call('wallet', { url: '/wallet/my%20coins' })).toBe(ok('"my coins"'));
    expect(await call('wallet', { url: '/elsewhere' })).toBe('404 ');
    expect(await call('wallet', { method: 'GET' })).toBe(
      '405 JSONRPC server handles only POST requests',
    );
    expect(await call('wallet', { method: 'DELETE' })).toBe('405 ');
  });

  it('lets in who has a password, and has others wait without making anybody else wait', async () => {
    const { call } = await serve();
    expect(await call('wallet', { headers: {} })).toBe('401 ');
    const start = performance.now();
    const wrong = Array.from({ length: 1000 }, (_, i) =>
      call('wallet', { headers: { authorization: basic(`alice:${i}`) } }),
    );
    expect(await call('wallet')).toBe(ok('null'));
    expect(performance.now() - start).toBeLessThan(250);
    expect(new Set(await Promise.all(wrong))).toEqual(new Set(['401 ']));
    expect(performance.now() - start).toBeGreaterThan(245);
  });

  it('says that it is not ready, and what it is busy with', async () => {
    const { call, server } = await serve({}, false);
    server.warmUp('Loading block index…');
    expect(await call('wallet')).toBe(
      '500 {"result":null,"error":{"code":-28,"message":"Loading block index…"},"id":1}',
    );
  });

  it('turns away what is too much at once', async () => {
    const { call, release } = await serve({ workQueue: 3 });
    const waiting = [call('wait'), call('wait'), call('wait')];
    expect(await call('wallet')).toBe('503 Work queue depth exceeded');
    release();
    expect(await Promise.all(waiting)).toEqual(Array(3).fill(ok('"waited"')));
    expect(await call('wallet')).toBe(ok('null'));
  });

  it('knows what it is doing', async () => {
    const { call, release } = await serve();
    const waiting = call('wait');
    expect(await call('busy')).toBe(ok('["wait","busy"]'));
    release();
    await waiting;
    expect(await call('busy')).toBe(ok('["busy"]'));
  });

  it('survives a bug in a method', async () => {
    const { call } = await serve();
    expect(await call('bug')).toContain('{"code":-1,"message":"a bug"}');
    expect(await call('wallet')).toBe(ok('null'));
  });

  it('holds users to their whitelists', async () => {
    const whitelist = new Map([['alice', new Set(['wallet'])]]);
    const { call } = await serve({ whitelist });
    expect(await call('wallet')).toBe(ok('null'));
    expect(await call('busy')).toBe('403 ');
    const bob = { name: 'bob', password: 'x' };
    const headers = { authorization: basic('bob:x') };
    const strict = await serve({ whitelist, users: [bob] });
    expect(await strict.call('wallet', { headers })).toBe('403 ');
    const lenient = await serve({ whitelist, users: [bob], whitelistDefault: false });
    expect(await lenient.call('wallet', { headers })).toBe(ok('null'));
  });

  it('takes no bytes for JSON that are none', async () => {
    const { post } = await serve();
    expect((await post('{"method":"wallet"')).body).toContain('Parse error');
    expect((await post('{"a":'.repeat(100_000))).body).toContain('Parse error');
    const polluted = '{"__proto__":{"x":1},"method":"wallet","params":{"__proto__":1},"id":1}';
    expect((await post(polluted)).body).toContain('Unknown named parameter __proto__');
  });
});

describe('a password', () => {
  it('can be kept as its salted hash', () => {
    const hash = createHmac('sha256', 'salty').update('pässword').digest('hex');
    const users = [parseRpcAuth(`carol:salty$${hash}`)];
    expect(authorizedUser(basic('carol:pässword'), users)).toBe('carol');
    expect(authorizedUser(basic('carol:password'), users)).toBeUndefined();
    expect(authorizedUser(basic('caro:pässword'), users)).toBeUndefined();
    expect(authorizedUser('Basic ***', users)).toBeUndefined();
    expect(authorizedUser('Bearer x', users)).toBeUndefined();
    for (const text of ['carol', 'carol:salt', 'a:b$c$d']) {
      expect(() => parseRpcAuth(text)).toThrow(RpcAuthError);
    }
  });

  it('can be a cookie, in a file for the user alone', async () => {
    const disk = new MemoryDisk();
    await disk.makeFolder('/regtest');
    const user = await writeCookie(disk, '/regtest/.cookie', new SeededEntropy('cookie'));
    const text = new TextDecoder().decode(await readFile(disk, '/regtest/.cookie'));
    expect(text).toMatch(/^__cookie__:[0-9a-f]{64}$/);
    expect((await disk.stat('/regtest/.cookie'))?.permissions).toBe(0o600);
    expect(authorizedUser(basic(text), [user])).toBe('__cookie__');
  });
});

describe('over the sockets of the machine', () => {
  it('a whole node answers 500 calls at once, and long bodies with 413', async () => {
    const { context, close } = await playedNode(['-mocktime=1700000000']);
    const clock = new SystemClock();
    const server = new RpcServer({
      ...{ http: new SystemHttp(), clock, log: noLog, methods: methodTable(allMethods) },
      options: {
        bind: [{ host: '127.0.0.1', port: 0 }],
        users: [alice],
        allow: [parseSubnet('10.0.0.0/8') as Subnet],
      },
    });
    await server.start();
    server.ready(context);
    const url = `http://127.0.0.1:${server.addresses[0]?.port}/`;
    const send = (body: string): Promise<Response> =>
      fetch(url, { method: 'POST', headers: ALICE, body });
    const calls = Array.from({ length: 500 }, () =>
      send('{"jsonrpc":"2.0","id":1,"method":"getblockcount"}').then((reply) => reply.text()),
    );
    expect(new Set(await Promise.all(calls))).toEqual(
      new Set(['{"jsonrpc":"2.0","result":0,"id":1}\n']),
    );
    expect((await send(' '.repeat(33 * 2 ** 20))).status).toBe(413);
    expect(await (await send('{"method":"uptime","id":1}')).text()).toContain('"error":null');
    await server.close();
    await close();
  });
});
