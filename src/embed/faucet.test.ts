import { describe, expect, it } from 'vitest';
import { ALICE, BOB, startedNode } from '../../test/fixtures/embedded-nodes.ts';

describe('the faucet', () => {
  it('mines what it needs, pays, and confirms with a block of its own', async () => {
    const node = await startedNode();
    const payment = await node.faucet(ALICE, '1.5');
    expect(node.height).toBe(101);
    expect(payment).toMatchObject({ vout: 0, amount: 150_000_000n, blockHash: node.tip.hash });
    const tx = await node.rpc<{ confirmations: number; vout: { value: number }[]; hex: string }>(
      'getrawtransaction',
      payment.txid,
      1,
    );
    expect(tx.confirmations).toBe(1);
    expect(tx.vout[payment.vout]?.value).toBe(1.5);
    expect(tx.hex).toBe(payment.hex);
    expect(await node.balance(ALICE)).toBe(150_000_000n);
    await node.faucet(ALICE, 5_000n);
    expect(node.height).toBe(102);
    expect(await node.balance(ALICE)).toBe(150_005_000n);
    expect(await node.balance(BOB)).toBe(0n);
  });

  it('lets payments wait, if need be one made of the other, and the chain is as it was', async () => {
    const node = await startedNode();
    await node.mine(100);
    const first = await node.faucet(ALICE, 1, { confirm: false });
    expect(first.blockHash).toBeUndefined();
    const second = await node.faucet(BOB, 2, { confirm: false });
    expect(node.height).toBe(100);
    expect(node.mempool).toEqual([first.txid, second.txid]);
    const { depends } = await node.rpc<{ depends: string[] }>('getmempoolentry', second.txid);
    expect(depends).toEqual([first.txid]);
  });

  it('confirms one, and leaves alone what else waits', async () => {
    const node = await startedNode();
    await node.mine(100);
    const waiting = await node.faucet(ALICE, 1, { confirm: false });
    const large = await node.faucet(BOB, 99);
    expect(large.blockHash).toBe(node.tip.hash);
    expect(node.height).toBe(103);
    expect(node.mempool).toEqual([waiting.txid]);
    expect(await node.balance(ALICE)).toBe(0n);
  });

  it('pays many, all at once, and much', async () => {
    const node = await startedNode();
    const payments = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        node.faucet(ALICE, BigInt(10_000 + i), { confirm: false }),
      ),
    );
    expect(new Set(payments.map(({ txid }) => txid)).size).toBe(60);
    await node.faucet(BOB, '1234.56789012');
    expect(await node.balance(BOB)).toBe(123_456_789_012n);
    while (node.mempool.length > 0) await node.mine();
    expect(await node.balance(ALICE)).toBe(60n * 10_000n + (59n * 60n) / 2n);
  });

  it('has what it had, after blocks were taken back', async () => {
    const node = await startedNode();
    await node.faucet(ALICE, 30);
    const before = await node.balance(node.faucetAddress);
    await node.faucet(ALICE, 10);
    await node.reorg({ depth: 1, drop: true });
    // The new branch has a block more, and the payment is gone.
    expect(await node.balance(node.faucetAddress)).toBeGreaterThan(before);
    await node.faucet(BOB, 60);
    expect(await node.balance(BOB)).toBe(6_000_000_000n);
    expect(await node.balance(ALICE)).toBe(3_000_000_000n);
  });

  it('says what it cannot do', async () => {
    const node = await startedNode();
    const pay = (amount: bigint | number | string, to = ALICE) => node.faucet(to, amount);
    await expect(pay('1.123456789')).rejects.toMatchObject({ code: 'bad-amount' });
    await expect(pay(1, 'x')).rejects.toMatchObject({ code: 'bad-address' });
    await expect(pay(100_000)).rejects.toThrow(
      /asked for 100000.00000000 coins.*satoshis are given/,
    );
    expect(node.height).toBe(0);
    await expect(pay(1n)).rejects.toThrow(/the mempool refuses the payment: dust/);
  });
});
