import { describe, expect, it } from 'vitest';
import { ALICE, startedNode } from '../../test/fixtures/embedded-nodes.ts';
import type { BlockEvent, ReorgEvent, TransactionEvent } from './node-events.ts';

describe('listeners', () => {
  it('hear of blocks and transactions before the call that caused them is over', async () => {
    const node = await startedNode();
    const [blocks, transactions]: [BlockEvent[], TransactionEvent[]] = [[], []];
    node.on('block', (block) => blocks.push(block));
    node.on('tx', (tx) => transactions.push(tx));
    const hashes = await node.mine(101);
    expect(blocks.map(({ hash }) => hash)).toEqual(hashes);
    expect(blocks.map(({ height }) => height)).toEqual(hashes.map((_, i) => i + 1));
    const { txid, fee, blockHash } = await node.faucet(ALICE, 1);
    expect(transactions).toEqual([{ txid, fee, vsize: 141 }]);
    expect(blocks.at(-1)).toMatchObject({
      hash: blockHash,
      time: node.tip.time,
      transactions: [expect.any(String), txid],
    });
  });

  it('can ask for what they hear of', async () => {
    const node = await startedNode();
    const answers: Promise<unknown>[] = [];
    node.on('block', ({ transactions: [id] }) => answers.push(node.rpc('getrawtransaction', id)));
    await node.mine(5);
    expect(await Promise.all(answers)).toHaveLength(5);
  });

  it('hear of a reorganisation first, and of its blocks and what comes back then', async () => {
    const node = await startedNode();
    await node.mine(102);
    const { txid } = await node.faucet(ALICE, 1);
    const heard: string[] = [];
    const reorgs: ReorgEvent[] = [];
    node.on('reorg', (event) => {
      heard.push('reorg');
      reorgs.push(event);
    });
    node.on('block', () => heard.push('block'));
    node.on('tx', (tx) => heard.push(tx.txid));
    const { oldTip, newTip, forkHeight, connected } = await node.reorg({ depth: 2 });
    expect(heard.filter((what) => what !== txid)).toEqual(['reorg', 'block', 'block', 'block']);
    expect(heard).toContain(txid);
    expect(reorgs).toEqual([
      { oldTip, newTip, forkHeight, connected, disconnected: expect.any(Array) },
    ]);
    expect(reorgs[0]?.disconnected[0]).toBe(oldTip);
  });

  it('hear no more once they said so, and once is once', async () => {
    const node = await startedNode();
    let count = 0;
    const off = node.on('block', () => count++);
    const next = node.next('block');
    await node.mine(2);
    off();
    off();
    await node.mine(2);
    expect(count).toBe(2);
    expect((await next).height).toBe(1);
  });

  it('hear of no transaction when a moment comes back that had it', async () => {
    const node = await startedNode();
    await node.mine(101);
    await node.faucet(ALICE, 1, { confirm: false });
    const id = await node.snapshot();
    await node.mine(1);
    const heard: string[] = [];
    node.on('tx', () => heard.push('tx'));
    node.on('block', () => heard.push('block'));
    node.on('reorg', ({ connected }) => heard.push(`reorg ${connected.length}`));
    await node.revert(id);
    expect(heard).toEqual(['reorg 0']);
  });
});
