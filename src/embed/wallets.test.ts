import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ALICE, startedNode } from '../../test/fixtures/embedded-nodes.ts';
import type { Node } from './node.ts';

/** A node with a wallet, and a coin in it that is confirmed. */
async function richNode(): Promise<{ readonly node: Node; readonly address: string }> {
  const node = await startedNode();
  await node.rpc('createwallet', 'ada');
  const address = await node.rpc<string>('getnewaddress');
  await node.faucet(address, 10);
  return { node, address };
}

interface Balances {
  readonly mine: { readonly trusted: number; readonly untrusted_pending: number };
}

/** What is confirmed, and what is not, in coins. */
async function balances(node: Node): Promise<readonly [number, number]> {
  const { mine } = await node.rpc<Balances>('getbalances');
  return [mine.trusted, mine.untrusted_pending];
}

describe('a wallet of an embedded node', () => {
  it('has seen what the faucet, mining and the mempool did when their calls return', async () => {
    const { node, address } = await richNode();
    expect(await balances(node)).toEqual([10, 0]);
    await node.faucet(address, '0.5', { confirm: false });
    expect(await balances(node)).toEqual([10, 0.5]);
    await node.mine();
    expect(await balances(node)).toEqual([10.5, 0]);
  });

  it('pays, without anybody naming a fee', async () => {
    const { node } = await richNode();
    const txid = await node.rpc<string>('sendtoaddress', ALICE, 4);
    expect(node.mempool).toEqual([txid]);
    await node.mine();
    expect(await node.balance(ALICE)).toBe(400_000_000n);
    const [trusted] = await balances(node);
    expect(trusted).toBeGreaterThan(5.99);
    expect(trusted).toBeLessThan(6);
  });

  it('is one of several, which are called by their names', async () => {
    const { node } = await richNode();
    await node.rpc('createwallet', 'bob');
    await expect(node.rpc('getbalance')).rejects.toMatchObject({ number: -19 });
    expect(await node.wallet('ada').rpc('getbalance')).toBe(10);
    expect(await node.wallet('bob').rpc('getbalance')).toBe(0);
    await expect(node.wallet('eve').rpc('getbalance')).rejects.toMatchObject({ number: -18 });
    const { origin, username, password } = new URL(node.url);
    const answer = await fetch(`${origin}/wallet/ada`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${username}:${password}`)}` },
      body: '{"method":"getbalance"}',
    });
    expect(await answer.json()).toMatchObject({ result: 10 });
  });

  it('stays on the disk with its node', async () => {
    const storage = mkdtempSync(join(tmpdir(), 'blockyard-wallets-'));
    try {
      const node = await startedNode({ storage });
      await node.rpc('createwallet', 'ada');
      await node.faucet(await node.rpc<string>('getnewaddress'), 3);
      await node.stop();
      const again = await startedNode({ storage });
      expect(await again.rpc('listwallets')).toEqual([]);
      await again.rpc('loadwallet', 'ada');
      expect(await again.rpc('getbalance')).toBe(3);
      await again.stop();
    } finally {
      rmSync(storage, { recursive: true });
    }
  });
});

describe('a wallet in a reorganisation', () => {
  it('has what the new branch has', async () => {
    const { node } = await richNode();
    const txid = await node.rpc<string>('sendtoaddress', ALICE, 4);
    await node.mine();
    const before = await balances(node);
    await node.reorg({ keep: true });
    expect(await balances(node)).toEqual(before);
    const { transactions } = await node.reorg({ depth: 2 });
    expect(transactions[txid]).toBe('returned');
    expect(node.mempool).toContain(txid);
    await node.mine();
    expect(await balances(node)).toEqual(before);
  });

  it('sends nothing again that nobody is to have sent', async () => {
    const { node } = await richNode();
    const txid = await node.rpc<string>('sendtoaddress', ALICE, 4);
    await node.mine();
    await node.reorg({ drop: [txid] });
    expect(await balances(node)).toEqual([10, 0]);
    await node.mine(2);
    expect(node.mempool).toEqual([]);
    expect(await node.balance(ALICE)).toBe(0n);
    expect(await balances(node)).toEqual([10, 0]);
  });

  it('loses what a rival spent', async () => {
    const { node, address } = await richNode();
    const { txid } = await node.faucet(address, 5);
    expect(await balances(node)).toEqual([15, 0]);
    await node.reorg({ doubleSpend: [txid] });
    expect(await balances(node)).toEqual([10, 0]);
  });
});

describe('a snapshot', () => {
  it('brings back what wallets have, with what waited, and nothing that came later', async () => {
    const { node, address } = await richNode();
    const pending = await node.rpc<string>('sendtoaddress', ALICE, 1);
    const [before, mempool] = [await balances(node), node.mempool];
    const id = await node.snapshot();
    for (let i = 0; i < 3; i++) {
      await node.mine();
      await node.faucet(address, 2);
      await node.rpc('sendtoaddress', ALICE, 3);
      await node.mine(2);
      await node.rpc('sendtoaddress', ALICE, 1);
      expect(await balances(node)).not.toEqual(before);
      await node.revert(id);
      expect(node.mempool).toEqual(mempool);
      expect(await balances(node)).toEqual(before);
    }
    await node.mine(2);
    expect(node.mempool).toEqual([]);
    expect(await node.balance(ALICE)).toBe(100_000_000n);
    expect(await node.rpc('gettransaction', pending)).toMatchObject({ confirmations: 2 });
    const [trusted, untrusted] = await balances(node);
    expect([Math.round(trusted * 100), untrusted]).toEqual([900, 0]);
  });

  it('has its coins back that were spent after it', async () => {
    const { node } = await richNode();
    const id = await node.snapshot();
    await node.rpc('sendtoaddress', ALICE, '9.99');
    await node.mine();
    await node.revert(id);
    expect(await balances(node)).toEqual([10, 0]);
    const txid = await node.rpc<string>('sendtoaddress', ALICE, '9.98');
    expect(node.mempool).toEqual([txid]);
  });
});
