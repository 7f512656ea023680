import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlayedNode, playedNode } from '../../test/fixtures/played-node.ts';
import { noLog } from '../node/log/log.ts';
import { methodTable } from '../node/rpc/method-table.ts';
import { allMethods } from '../node/rpc/methods/all-methods.ts';
import { type RpcUser, writeCookie } from '../node/rpc/rpc-auth.ts';
import { RpcServer } from '../node/rpc/rpc-server.ts';
import { SystemClock } from '../outside/clock/system-clock.ts';
import { MemoryDisk } from '../outside/disk/memory-disk.ts';
import { SeededEntropy } from '../outside/entropy/seeded-entropy.ts';
import type { Http, HttpRequest, HttpResponse } from '../outside/http/http.ts';
import { SystemHttp } from '../outside/http/system-http.ts';
import { SystemHttpClient } from '../outside/http/system-http-client.ts';
import { VirtualHttp } from '../outside/http/virtual-http.ts';
import { VirtualHttpClient } from '../outside/http/virtual-http-client.ts';
import { JsonNumber } from '../protocol/report/json-value.ts';
import { readJson } from '../protocol/report/read-json.ts';
import { plainJson } from './plain-json.ts';
import { RpcConnection, type RpcConnectionOptions } from './rpc-connection.ts';
import { cookieCredentials, passwordCredentials } from './rpc-credentials.ts';

const ANYWHERE = { host: '127.0.0.1', port: 0 };
const ALICE: RpcUser = { name: 'alice', password: 'sécret' };
const GENESIS = '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206';

const clock = new SystemClock();
let played: PlayedNode;
beforeAll(async () => {
  played = await playedNode();
});
afterAll(() => played.close());

async function served(http: Http, users: readonly RpcUser[] = [ALICE], bind = ANYWHERE) {
  const options = { bind: [bind], users };
  const methods = methodTable(allMethods);
  const server = new RpcServer({ http, clock: played.context.clock, log: noLog, methods, options });
  await server.start();
  server.ready(played.context);
  const [endpoint] = server.addresses;
  return { server, endpoint: endpoint ?? bind };
}

/** Somebody who answers every request in a certain way. */
async function answering(answer: (request: HttpRequest) => Promise<HttpResponse> | HttpResponse) {
  const http = new VirtualHttp();
  const { address } = await http.serve(ANYWHERE, async (request) => answer(request));
  return connectionTo({ http: new VirtualHttpClient(http, clock), endpoint: address });
}

function connectionTo(
  options: Pick<RpcConnectionOptions, 'http' | 'endpoint'> & Partial<RpcConnectionOptions>,
): RpcConnection {
  return new RpcConnection({
    clock,
    credentials: passwordCredentials(ALICE.name, 'sécret'),
    ...options,
  });
}

describe('a call over real sockets', () => {
  it('has a result, an error, or a reason why there is neither', async () => {
    const { server, endpoint } = await served(new SystemHttp());
    const http = new SystemHttpClient();
    const node = connectionTo({ http, endpoint });
    expect(await node.call('getblockhash', [0])).toBe(GENESIS);
    expect(await node.call('getblock', { blockhash: GENESIS, verbosity: 0 })).toMatch(/^01000000/);
    await expect(node.call('getblockhash', [9])).rejects.toMatchObject({
      ...{ name: 'RpcCallError', code: 'rpc-8', number: -8, method: 'getblockhash' },
      message: 'Block height out of range',
    });
    const many = await Promise.all(Array.from({ length: 50 }, (_, i) => node.call('echo', [i])));
    expect(many).toEqual(Array.from({ length: 50 }, (_, i) => [i]));
    const stop = new AbortController();
    const waits = node.call('waitfornewblock', [], { signal: stop.signal });
    stop.abort();
    await expect(waits).rejects.toMatchObject({ name: 'RpcConnectError', code: 'aborted' });
    await expect(node.call('waitfornewblock', [], { timeoutMs: 30 })).rejects.toMatchObject({
      code: 'timeout',
    });
    // Both are still waiting there, and nobody is waiting for them.
    await node.call('generatetodescriptor', [1, 'raw(51)']);
    await server.close();
    await expect(node.call('getblockcount')).rejects.toMatchObject({
      ...{ name: 'RpcConnectError', code: 'unreachable' },
      message: `no answer from the node at 127.0.0.1:${endpoint.port}: connection refused; nothing is listening there`,
    });
    http.close();
  });

  it('goes on with a new cookie, after the node has been started again', async () => {
    const disk = new MemoryDisk();
    await disk.makeFolder('/regtest');
    const http = new SystemHttpClient();
    const cookie = async (run: string): Promise<RpcUser> =>
      writeCookie(disk, '/regtest/.cookie', new SeededEntropy(run));
    const first = await served(new SystemHttp(), [await cookie('first')]);
    const node = connectionTo({
      ...{ http, endpoint: first.endpoint },
      credentials: cookieCredentials(disk, '/regtest/.cookie'),
    });
    const height = await node.call('getblockcount');
    await first.server.close();
    const second = await served(new SystemHttp(), [await cookie('second')], first.endpoint);
    expect(await node.call('getblockcount')).toBe(height);
    await second.server.close();
    // A cookie that nobody knows is refused once, and not again and again.
    const third = await served(new SystemHttp(), [ALICE], first.endpoint);
    await expect(node.call('getblockcount')).rejects.toMatchObject({
      ...{ code: 'unauthorized', status: 401 },
      message: `no answer from the node at 127.0.0.1:${first.endpoint.port}: user or password are wrong`,
    });
    await third.server.close();
    http.close();
  });
});

describe('a batch', () => {
  it('has an answer for each call, in the order of the calls', async () => {
    const http = new VirtualHttp();
    const { server, endpoint } = await served(http);
    const node = connectionTo({ http: new VirtualHttpClient(http, clock), endpoint });
    const answers = await node.batch([
      { method: 'getblockhash', params: [0] },
      { method: 'nothing' },
      { method: 'echojson', params: { arg0: new JsonNumber('0.10000000') } },
    ]);
    expect(answers).toMatchObject([
      { kind: 'result', result: GENESIS },
      { kind: 'error', error: { number: -32_601, method: 'nothing' } },
      { kind: 'result', result: [{ text: '0.10000000' }] },
    ]);
    expect(await node.batch([])).toEqual([]);
    await server.close();
  });

  it('that comes back in another order, or as one error, is understood', async () => {
    const mixed = await answering(() => ({
      status: 200,
      body: '[{"result":"b","id":1},{"result":"a","error":null,"id":0}]',
    }));
    expect(await mixed.batch([{ method: 'a' }, { method: 'b' }])).toEqual([
      { kind: 'result', result: 'a' },
      { kind: 'result', result: 'b' },
    ]);
    await expect(mixed.batch([{ method: 'a' }, { method: 'b' }, { method: 'c' }])).rejects.toThrow(
      'the answer is not one of JSON-RPC',
    );
    const broken = await answering(() => ({
      status: 500,
      body: '{"result":null,"error":{"code":-32700,"message":"Parse error"},"id":null}',
    }));
    await expect(broken.batch([{ method: 'a' }])).rejects.toMatchObject({ number: -32_700 });
  });
});

describe('what comes back', () => {
  it.each([
    // JSON-RPC 1.0, as nodes before Core 28 speak it.
    [500, '{"result":null,"error":{"code":-8,"message":"no"},"id":1}', 'rpc-8'],
    [404, '{"result":null,"error":{"code":-32601,"message":"no"},"id":1}', 'rpc-32601'],
    [200, '{"result":1}', 'fine'],
    [200, '{"jsonrpc":"2.0","error":{"code":-8},"id":1}', 'rpc-8'],
    [401, '', 'unauthorized'],
    [403, '', 'http-status'],
    [405, 'JSONRPC server handles only POST requests', 'http-status'],
    [503, 'Work queue depth exceeded', 'busy'],
    [500, '', 'empty-answer'],
    [200, '<html>', 'bad-answer'],
    [200, '{}', 'bad-answer'],
    [200, '[]', 'bad-answer'],
    [200, '{"error":"no"}', 'bad-answer'],
    [200, `${'['.repeat(600)}`, 'bad-answer'],
  ])('%s %s is told as %s', async (status, body, code) => {
    const node = await answering(() => ({ status, body }));
    const outcome = await node.call('getblockcount').then(
      () => 'fine',
      (error: { code: string }) => error.code,
    );
    expect(outcome).toBe(code);
  });

  it('is exact where that is wished, and plain JavaScript without a lost digit elsewhere', async () => {
    const body =
      '{"result":{"amount":0.10000000,"work":18446744073709551615,"height":7,"share":1e-05,"__proto__":[-1]}}';
    const node = await answering(() => ({ status: 200, body }));
    const exact = (await node.callExact('x')) as ReadonlyMap<string, JsonNumber>;
    expect(exact.get('work')?.text).toBe('18446744073709551615');
    const plain = await node.call<Record<string, never>>('x');
    expect(Object.entries(plain)).toEqual([
      ['amount', '0.10000000'],
      ['work', '18446744073709551615'],
      ['height', 7],
      ['share', 0.00001],
      ['__proto__', [-1]],
    ]);
    expect(plainJson(readJson('[null,true,"1",9007199254740991,9007199254740992]'))).toEqual([
      ...[null, true, '1', 9_007_199_254_740_991],
      '9007199254740992',
    ]);
  });

  it('was asked for with digits of any length, and with who asks', async () => {
    let asked = '';
    let who: string | undefined;
    const node = await answering(async (request) => {
      asked = `${request.url} ${new TextDecoder().decode(await request.body())}`;
      who = request.headers.get('authorization');
      return { status: 200, body: '{"result":0}' };
    });
    await node.forWallet('a b').call('send', [2n ** 64n, new JsonNumber('0.10')]);
    expect(asked).toBe(
      '/wallet/a%20b {"jsonrpc":"2.0","id":1,"method":"send","params":[18446744073709551616,0.10]}\n',
    );
    expect(who).toBe(`Basic ${Buffer.from('alice:sécret').toString('base64')}`);
  });
});

describe('waiting', () => {
  it('is called off like everything else', async () => {
    const http = new VirtualHttpClient(new VirtualHttp(), clock);
    const node = connectionTo({ http, endpoint: { host: '127.0.0.1', port: 1 } });
    const stop = new AbortController();
    const options = { waitMs: Number.POSITIVE_INFINITY, signal: stop.signal };
    const waits = node.call('getblockcount', [], options);
    setTimeout(() => stop.abort(), 20);
    await expect(waits).rejects.toMatchObject({ code: 'aborted' });
  });

  it('does not repeat what is wrong, or may have been heard', async () => {
    let count = 0;
    const node = await answering(() => {
      count++;
      return { status: 401 };
    });
    await expect(node.call('x', [], { waitMs: 5000 })).rejects.toMatchObject({
      code: 'unauthorized',
    });
    expect(count).toBe(1);
  });
});
