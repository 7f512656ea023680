import { describe, expect, it } from 'vitest';
import { ALICE, BOB, startedNode } from '../../test/fixtures/embedded-nodes.ts';
import { Node } from './node.ts';

async function company(count: number): Promise<readonly Node[]> {
  return await Promise.all(Array.from({ length: count }, () => startedNode()));
}

describe('nodes that are connected', () => {
  it('have one chain, and then one mempool', async () => {
    const [a, b] = (await company(2)) as [Node, Node];
    await a.mine(101);
    const old = await a.faucet(ALICE, 1, { confirm: false });
    await b.connect(a);
    expect(b.tip).toEqual(a.tip);
    await a.synced(b);
    expect(b.mempool).toEqual([old.txid]);
    const news = await a.faucet(BOB, 1, { confirm: false });
    await b.synced(a);
    expect(b.mempool).toEqual([old.txid, news.txid]);
    await b.mine(1);
    await a.synced(b);
    expect(a.tip).toEqual(b.tip);
    expect(a.mempool).toEqual([]);
  });

  it('are connected once, whoever asks, and parted when somebody wants it', async () => {
    const [a, b] = (await company(2)) as [Node, Node];
    await a.connect(b);
    await b.connect(a);
    expect(await a.rpc('getconnectioncount')).toBe(1);
    await b.disconnect(a);
    await b.disconnect(a);
    expect(await a.rpc('getconnectioncount')).toBe(0);
    await a.mine(1);
    expect(b.height).toBe(0);
    await a.connect(b);
    expect(b.height).toBe(1);
  });

  it('fork where they are cut off from each other, and heal', async () => {
    const [a, b, c] = (await company(3)) as [Node, Node, Node];
    await a.connect(b);
    await b.connect(c);
    await a.mine(101);
    await a.synced(b, c);
    const cut = await Node.partition([a, b], [c]);
    const [lost] = await a.mine({ blocks: 1, to: ALICE });
    await b.synced(a);
    await c.mine({ blocks: 2, to: ALICE });
    expect(c.height).toBe(103);
    expect(b.height).toBe(102);
    const reorg = a.next('reorg');
    await cut.heal();
    await a.synced(b, c);
    expect((await reorg).disconnected).toEqual([lost]);
    expect(a.tip).toEqual(c.tip);
    await cut.heal();
  });

  it('stay apart where both branches have the same work, until the next block', async () => {
    const [a, b] = (await company(2)) as [Node, Node];
    await a.connect(b);
    await a.mine(3);
    await a.synced(b);
    {
      await using _cut = await a.partition();
      await a.mine(1);
      await b.mine(1);
    }
    expect(a.tip.height).toBe(b.tip.height);
    expect(a.tip.hash).not.toBe(b.tip.hash);
    await b.mine(1);
    await a.synced(b);
    expect(a.tip).toEqual(b.tip);
  });

  it('see what a reorganisation of another one replaces', async () => {
    const [a, b] = (await company(2)) as [Node, Node];
    await a.mine(101);
    await a.connect(b);
    const { txid } = await a.faucet(ALICE, 1);
    await a.synced(b);
    await a.reorg({ keep: true });
    await b.synced(a);
    expect(b.mempool).toEqual([]);
    expect(await b.rpc('getrawtransaction', txid, 1)).toMatchObject({
      blockhash: expect.any(String),
    });
  });

  it('may be told of each other from the start', async () => {
    const a = await startedNode();
    await a.mine(2);
    const b = await startedNode({ p2p: { listen: false, connect: [a.p2pAddress as string] } });
    await b.synced(a);
    expect(b.height).toBe(2);
    await a.disconnect(b);
    expect(await a.rpc('getconnectioncount')).toBe(0);
  });

  it('need a place to meet, and one chain', async () => {
    const [a, b] = [
      await startedNode({ p2p: { listen: false } }),
      await startedNode({ p2p: { listen: false } }),
    ];
    await expect(a.connect(b)).rejects.toThrow(/neither of the two nodes listens/);
    await expect(a.connect(a)).rejects.toThrow(/to itself/);
    const other = await startedNode({ chain: { name: 'other', basedOn: 'regtest' } });
    await expect(a.connect(other)).rejects.toThrow(/different chains, regtest and other/);
    const c = await startedNode();
    await a.connect(c);
    expect(await c.rpc('getconnectioncount')).toBe(1);
    await c.stop();
    await expect(a.connect(c)).rejects.toMatchObject({ code: 'stopped' });
  });
});
