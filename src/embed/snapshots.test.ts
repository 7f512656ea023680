import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ALICE, BOB, startedNode } from '../../test/fixtures/embedded-nodes.ts';
import type { Node } from './node.ts';

/** All that people and clients can see of a node, but for the counters of its connections. */
async function everything(node: Node): Promise<unknown> {
  return {
    tip: node.tip,
    time: node.time.now(),
    mempool: await node.rpc('getrawmempool', true),
    priorities: await node.rpc('getprioritisedtransactions'),
    tips: await node.rpc('getchaintips'),
    coins: await node.rpc('gettxoutsetinfo', 'muhash'),
    // What has been stored stays stored: a block that is forgotten takes up its place.
    info: { ...((await node.rpc('getblockchaininfo')) as object), size_on_disk: 0 },
    index: await node.rpc('getindexinfo'),
    alice: await node.balance(ALICE),
    faucet: await node.balance(node.faucetAddress),
  };
}

describe('a snapshot', () => {
  it('brings back chain, branches, mempool with its times and priorities, and clock, twice', async () => {
    const node = await startedNode({ time: 1_800_000_000 });
    await node.faucet(ALICE, 3);
    await node.reorg({ keep: true });
    const waiting = await node.faucet(ALICE, 1, { confirm: false });
    node.time.advance(100);
    await node.faucet(BOB, 1, { confirm: false });
    await node.rpc('prioritisetransaction', waiting.txid, 0, 5000);
    await node.rpc('prioritisetransaction', 'ab'.repeat(32), 0, -7);
    const before = await everything(node);
    const id = await node.snapshot();
    for (let i = 0; i < 2; i++) {
      node.time.advance({ hours: 3 });
      await node.mine(3);
      await node.rpc('prioritisetransaction', 'cd'.repeat(32), 0, 1);
      await node.faucet(ALICE, 9);
      await node.reorg({ depth: 2, drop: true });
      await node.rpc('invalidateblock', node.tip.hash);
      expect(await everything(node)).not.toEqual(before);
      await node.revert(id);
      expect(await everything(node)).toEqual(before);
    }
    await node.mine();
    expect(await node.balance(ALICE)).toBe(400_000_000n);
  });

  it('holds inside of another one, until that is reverted to', async () => {
    const node = await startedNode();
    const outer = await node.snapshot();
    await node.mine(2);
    const inner = await node.snapshot();
    await node.mine(3);
    await node.revert(inner);
    expect(node.height).toBe(2);
    await node.mine(1);
    await node.revert(inner);
    expect(node.height).toBe(2);
    await node.revert(outer);
    expect(node.height).toBe(0);
    await expect(node.revert(inner)).rejects.toMatchObject({
      code: 'unknown-snapshot',
      message: expect.stringContaining(`allowed: ${outer}`),
    });
    await node.mine(1);
    await node.revert(outer);
    expect(node.height).toBe(0);
    await expect(node.revert('x')).rejects.toMatchObject({ code: 'unknown-snapshot' });
  });

  it('gives a test a beginning that is always the same', async () => {
    const node = await startedNode();
    await node.mine(110);
    const id = await node.snapshot();
    for (const amount of [1, 2, 3]) {
      await node.faucet(ALICE, amount);
      expect(await node.balance(ALICE)).toBe(BigInt(amount) * 100_000_000n);
      await node.revert(id);
    }
    expect(await node.balance(ALICE)).toBe(0n);
  });

  it('knows a parent that would not get in alone', async () => {
    const node = await startedNode();
    await node.mine(101);
    const first = await node.faucet(ALICE, 1, { confirm: false });
    // It counts as paying nothing: whoever came with it alone now would be refused.
    await node.rpc('prioritisetransaction', first.txid, 0, -Number(first.fee));
    const id = await node.snapshot();
    await node.mine();
    await node.revert(id);
    expect(node.mempool).toEqual([first.txid]);
  });

  it('lets the clock go if it went', async () => {
    const node = await startedNode();
    const id = await node.snapshot();
    node.time.set(1_900_000_000);
    await node.revert(id);
    expect(node.time.isSet).toBe(false);
    expect(Math.abs(node.time.now() - Date.now() / 1000)).toBeLessThan(3);
  });

  it('takes a node off its peers, which have what it forgets', async () => {
    const [node, peer] = [await startedNode(), await startedNode()];
    await node.mine(3);
    await node.connect(peer);
    const [id, peerId] = [await node.snapshot(), await peer.snapshot()];
    await node.mine(2);
    await peer.synced(node);
    await node.revert(id);
    expect([node.height, peer.height]).toEqual([3, 5]);
    expect(await node.rpc('getconnectioncount')).toBe(0);
    await peer.revert(peerId);
    await node.connect(peer);
    await node.mine(1);
    await node.synced(peer);
    expect(peer.height).toBe(4);
  });

  it('is one of the disk as well, as long as the node runs', async () => {
    const storage = mkdtempSync(join(tmpdir(), 'blockyard-snapshot-'));
    try {
      const node = await startedNode({ storage });
      await node.mine(5);
      const id = await node.snapshot();
      await node.mine(5);
      await node.revert(id);
      await node.mine(1);
      const { tip } = node;
      await node.stop();
      const again = await startedNode({ storage });
      expect(again.tip).toEqual(tip);
      await again.stop();
    } finally {
      rmSync(storage, { recursive: true });
    }
  });
});
