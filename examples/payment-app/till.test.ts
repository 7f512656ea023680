// A payment app, tested through what happens on a real network: payments that wait, that are
// confirmed, that a reorganisation takes back, and that somebody spends twice.
import { Node, type SnapshotId } from 'blockyard';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Order, Till } from './till.ts';

const order: Order = {
  address: 'bcrt1qqyqszqgpqyqszqgpqyqszqgpqyqszqgpvxat9t',
  satoshis: 250_000n,
};

let node: Node;
let start: SnapshotId;
let till: Till;

beforeAll(async () => {
  node = await Node.start();
  await node.mine(110);
  start = await node.snapshot();
});

// Every test begins with the same chain, which takes a millisecond or two.
beforeEach(async () => {
  await node.revert(start);
  till = new Till(node.url, 100);
});

afterAll(() => node.stop());

describe('the till', () => {
  it('sees nothing where nothing, or too little, was paid', async () => {
    expect(await till.status(order)).toBe('open');
    await node.faucet(order.address, order.satoshis - 1n);
    await node.mine(5);
    expect(await till.status(order)).toBe('open');
  });

  it('waits for three confirmations', async () => {
    await node.faucet(order.address, order.satoshis, { confirm: false });
    expect(await till.status(order)).toBe('pending');
    await node.mine(2);
    expect(await till.status(order)).toBe('pending');
    await node.mine(1);
    expect(await till.status(order)).toBe('paid');
  });

  it('sees a payment go back to the mempool, and be confirmed again', async () => {
    await node.faucet(order.address, order.satoshis);
    await node.mine(1);
    expect(await till.status(order)).toBe('pending');
    // Two blocks go, three others come, and none of these has the payment.
    await node.reorg({ depth: 2 });
    expect(await till.status(order)).toBe('pending');
    await node.mine(3);
    expect(await till.status(order)).toBe('paid');
  });

  it('stays calm where the other branch has the payment as well', async () => {
    await node.faucet(order.address, order.satoshis);
    await node.mine(2);
    expect(await till.status(order)).toBe('paid');
    await node.reorg({ depth: 3, keep: true });
    expect(await till.status(order)).toBe('paid');
  });

  it('sends no goods for a coin that is spent twice', async () => {
    const { txid } = await node.faucet(order.address, order.satoshis);
    await node.mine(1);
    expect(await till.status(order)).toBe('pending');
    await node.reorg({ depth: 2, doubleSpend: [txid] });
    expect(await till.status(order)).toBe('open');
    await node.mine(10);
    expect(await till.status(order)).toBe('open');
  });
});
