import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ALICE, startedNode } from '../../test/fixtures/embedded-nodes.ts';
import { CodedError, Node, NodeError, RpcError } from './index.ts';
import type { StartOptions } from './start-options.ts';

const folder = mkdtempSync(join(tmpdir(), 'blockyard-embed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As any client does it; `fetch` wants user and password apart. */
async function call(node: Node, method: string, params: readonly unknown[] = []): Promise<unknown> {
  const { username, password, origin } = new URL(node.url);
  const response = await fetch(origin, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${username}:${password}`)}` },
    body: JSON.stringify({ id: 1, method, params }),
  });
  return ((await response.json()) as { result: unknown }).result;
}

describe('a node that is started', () => {
  it('is on regtest, empty, in memory, and serves JSON-RPC to whoever has its URL', async () => {
    const node = await startedNode();
    expect(node.url).toMatch(/^http:\/\/blockyard:[0-9a-f]{32}@127\.0\.0\.1:\d+$/);
    expect(node.p2pAddress).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(node.params.name).toBe('regtest');
    expect(node.tip).toEqual({
      height: 0,
      hash: '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206',
      time: 1_296_688_602,
    });
    await node.mine(3);
    expect(await call(node, 'getblockcount')).toBe(3);
    const { chain } = await node.rpc<{ chain: string }>('getblockchaininfo');
    expect(chain).toBe('regtest');
    const { user, password, port } = node.rpcAccess;
    expect(new URL(node.url).port).toBe(String(port));
    expect(node.url).toContain(`${user}:${password}@`);
  });

  it('has company: twenty at once, each at ports of its own', async () => {
    const nodes = await Promise.all(Array.from({ length: 20 }, () => startedNode()));
    expect(new Set(nodes.map(({ url }) => new URL(url).port)).size).toBe(20);
    expect(new Set(nodes.map(({ p2pAddress }) => p2pAddress)).size).toBe(20);
    expect(new Set(nodes.map(({ rpcAccess }) => rpcAccess.password)).size).toBe(20);
    expect(await Promise.all(nodes.map((node) => call(node, 'getblockcount')))).toEqual(
      Array.from({ length: 20 }, () => 0),
    );
  });

  it('takes the user, the password and the names that it is given', async () => {
    const node = await startedNode({
      rpc: { user: 'me@home', password: 'p/w:1' },
      comments: ['a test'],
      indexes: ['filters', 'coins'],
      p2p: { listen: false },
    });
    expect(node.p2pAddress).toBeUndefined();
    const { username, password } = new URL(node.url);
    expect(decodeURIComponent(username)).toBe('me@home');
    expect(decodeURIComponent(password)).toBe('p/w:1');
    const { subversion } = await node.rpc<{ subversion: string }>('getnetworkinfo');
    expect(subversion).toMatch(/^\/Blockyard:.*\(a test\)\/$/);
    const indexes = await node.rpc<object>('getindexinfo');
    expect(Object.keys(indexes)).toEqual(['coinstatsindex', 'basic block filter index']);
  });

  it('says what it does to whoever wants to hear it', async () => {
    const lines: string[] = [];
    const node = await startedNode({ log: (line) => lines.push(line) });
    await node.mine(2);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join('\n')).toContain(node.tip.hash);
    expect(lines.every((line) => !line.includes('\n'))).toBe(true);
  });

  it('finds in its folder what it left there', async () => {
    const storage = join(folder, 'kept');
    const first = await startedNode({ storage });
    await first.mine(101);
    const waiting = await first.faucet(ALICE, '1', { confirm: false });
    await first.stop();
    expect(readdirSync(join(storage, 'regtest'))).toContain('blocks');
    const second = await startedNode({ storage });
    expect(second.height).toBe(101);
    expect(second.mempool).toEqual([waiting.txid]);
    expect(second.faucetAddress).toBe(first.faucetAddress);
    await second.faucet(ALICE, '2');
    expect(second.height).toBe(102);
    expect(second.mempool).toEqual([waiting.txid]);
    await expect(Node.start({ storage })).rejects.toThrow(CodedError);
  });

  it.each<[string, StartOptions, RegExp]>([
    ['chain', { chain: 'regtes' as 'regtest' }, /"regtes"; allowed: main, testnet4/],
    ['field of a chain', { chain: { name: 'x', difficultyBits: 99 } }, /from 0 to 32/],
    ['time', { time: 1_700_000_000_000 }, /these look like milliseconds.*allowed: a Date/],
    ['date', { time: new Date('never') }, /the time is NaN; allowed/],
    ['user', { rpc: { user: 'a:b' } }, /rpc\.user is "a:b"; allowed/],
    ['folder', { storage: '' }, /storage is ""; allowed: "memory"/],
  ])('refuses a %s that cannot be meant, and says what can', async (_, options, words) => {
    const attempt = Node.start(options);
    await expect(attempt).rejects.toThrow(NodeError);
    await expect(attempt).rejects.toThrow(words);
  });

  it('tells of a port that is taken', async () => {
    const node = await startedNode();
    const { port } = node.rpcAccess;
    await expect(Node.start({ rpc: { port } })).rejects.toMatchObject({ code: 'in-use' });
  });
});

describe('a node that is stopped', () => {
  it('can be stopped again, and says so to whoever wants anything else', async () => {
    const node = await startedNode();
    const { url } = node;
    const waiting = node.next('block');
    waiting.catch(() => {});
    await Promise.all([node.stop(), node.stop()]);
    await node.stop();
    expect(node.isStopped).toBe(true);
    await expect(waiting).rejects.toMatchObject({ code: 'stopped' });
    await expect(node.mine(1)).rejects.toMatchObject({ name: 'NodeError', code: 'stopped' });
    await expect(fetch(new URL(url).origin)).rejects.toThrow();
  });

  it('was stopped at the end of its block, or by a client', async () => {
    let node: Node;
    {
      await using inner = await Node.start();
      node = inner;
      expect(node.isStopped).toBe(false);
    }
    expect(node.isStopped).toBe(true);
    const other = await startedNode();
    expect(await call(other, 'stop')).toBe('Blockyard stopping');
    await other.stop();
  });
});

describe('JSON-RPC without a server', () => {
  it('takes arguments by position and by name, exactly', async () => {
    const node = await startedNode();
    const [hash] = await node.mine(1);
    expect(await node.rpc('getblockhash', 1)).toBe(hash);
    expect(await node.rpc('getblockheader', { blockhash: hash, verbose: false })).toMatch(/^0/);
    expect(await node.rpc('echo', 'a', 1.5, null, true, [1n, { b: 'c' }])).toEqual([
      ...['a', 1.5, null, true],
      [1, { b: 'c' }],
    ]);
    const raw = await node.rpc('createrawtransaction', [], { [ALICE]: 0.1 });
    const { vout } = await node.rpc<{ vout: [{ value: number }] }>('decoderawtransaction', raw);
    expect(vout[0].value).toBe(0.1);
  });

  it("throws Bitcoin Core's errors", async () => {
    const node = await startedNode();
    await expect(node.rpc('getblockhash', 7)).rejects.toMatchObject({
      number: -8,
      message: 'Block height out of range',
    });
    await expect(node.rpc('getnothing')).rejects.toThrow(RpcError);
    await expect(node.rpc('echo', () => {})).rejects.toMatchObject({ code: 'bad-option' });
  });
});
