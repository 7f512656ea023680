import { describe, expect, it } from 'vitest';
import { ALICE, BOB, startedNode } from '../../test/fixtures/embedded-nodes.ts';
import type { FaucetPayment } from './faucet.ts';
import type { Node } from './node.ts';

/** A node with three blocks on top of a hundred, and a payment in each. */
async function withThreePayments(): Promise<{
  readonly node: Node;
  readonly payments: readonly [FaucetPayment, FaucetPayment, FaucetPayment];
}> {
  const node = await startedNode();
  await node.mine(105);
  return {
    node,
    payments: [await node.faucet(ALICE, 1), await node.faucet(ALICE, 2), await node.faucet(BOB, 3)],
  };
}

async function blockOf(node: Node, txid: string): Promise<string | undefined> {
  const tx = await node.rpc<{ blockhash?: string }>('getrawtransaction', txid, 1);
  return tx.blockhash;
}

describe('a reorganisation', () => {
  it('replaces blocks by a branch that really has more work', async () => {
    const { node, payments } = await withThreePayments();
    const before = node.tip;
    const hashes = await Promise.all(
      [106, 107, 108].map((height) => node.rpc<string>('getblockhash', height)),
    );
    const result = await node.reorg({ depth: 3 });
    expect(result).toMatchObject({ oldTip: before.hash, newTip: node.tip.hash, forkHeight: 105 });
    expect(result.disconnected).toEqual(hashes);
    expect(result.connected).toHaveLength(4);
    expect(node.height).toBe(109);
    expect(await node.rpc('getblockhash', 106)).toBe(result.connected[0]);
    const tips =
      await node.rpc<{ hash: string; status: string; branchlen: number }[]>('getchaintips');
    expect(tips).toContainEqual(
      expect.objectContaining({ hash: before.hash, status: 'valid-fork', branchlen: 3 }),
    );
    expect(Object.keys(result.transactions)).toEqual(payments.map(({ txid }) => txid));
  });

  it('lets transactions wait again, by default', async () => {
    const { node, payments } = await withThreePayments();
    const { transactions } = await node.reorg({ depth: 2 });
    const [first, second, third] = payments;
    expect(transactions).toEqual({ [second.txid]: 'returned', [third.txid]: 'returned' });
    expect([...node.mempool].sort()).toEqual([second.txid, third.txid].sort());
    expect(await blockOf(node, first.txid)).toBe(first.blockHash);
    expect(await blockOf(node, second.txid)).toBeUndefined();
    await node.mine();
    expect(await node.balance(BOB)).toBe(300_000_000n);
  });

  it('keeps all of them, each at its height', async () => {
    const { node, payments } = await withThreePayments();
    const { transactions, connected } = await node.reorg({ depth: 3, keep: true });
    expect(new Set(Object.values(transactions))).toEqual(new Set(['kept']));
    expect(node.mempool).toEqual([]);
    const blocks = await Promise.all(payments.map(({ txid }) => blockOf(node, txid)));
    expect(blocks).toEqual(connected.slice(0, 3));
    expect(await node.balance(ALICE)).toBe(300_000_000n);
  });

  it('keeps some, with what they are made of, and drops others with what is made of them', async () => {
    const node = await startedNode();
    await node.mine(100);
    const pay = () => node.faucet(ALICE, 1, { confirm: false });
    const chain = [await pay(), await pay(), await pay(), await pay()].map(({ txid }) => txid);
    const [a = '', b = '', c = '', d = ''] = chain;
    await node.mine();
    const { transactions } = await node.reorg({ keep: [b], drop: [c] });
    expect(transactions).toEqual({ [a]: 'kept', [b]: 'kept', [c]: 'dropped', [d]: 'lost' });
    expect(node.mempool).toEqual([]);
    await node.mine();
    expect(await node.balance(ALICE)).toBe(200_000_000n);
  });

  it('drops all of them, as if they had never been sent', async () => {
    const { node, payments } = await withThreePayments();
    const { transactions } = await node.reorg({ depth: 3, drop: true });
    expect(new Set(Object.values(transactions))).toEqual(new Set(['dropped']));
    expect(node.mempool).toEqual([]);
    expect(await node.balance(ALICE)).toBe(0n);
    // Nothing is wrong with them: they may come again.
    expect(await node.broadcast(payments[0].hex)).toBe(payments[0].txid);
  });

  it('spends the coins of a payment otherwise, so that it can never come back', async () => {
    const { node, payments } = await withThreePayments();
    const [, second, third] = payments;
    const result = await node.reorg({ depth: 2, doubleSpend: [second.txid] });
    expect(result.transactions).toEqual({
      [second.txid]: 'double-spent',
      [third.txid]: 'returned',
    });
    expect(node.mempool).toEqual([third.txid]);
    await expect(node.broadcast(second.hex)).rejects.toMatchObject({
      number: -25,
      message: 'bad-txns-inputs-missingorspent',
    });
    expect(await node.balance(ALICE)).toBe(100_000_000n);
  });

  it('spends all payments otherwise, if that is wished, one made of the other as well', async () => {
    const node = await startedNode();
    await node.mine(100);
    const first = await node.faucet(ALICE, 1, { confirm: false });
    const second = await node.faucet(BOB, 2, { confirm: false });
    await node.mine();
    const { transactions } = await node.reorg({ doubleSpend: true, keep: false });
    expect(transactions).toEqual({ [first.txid]: 'double-spent', [second.txid]: 'double-spent' });
    expect(await node.balance(ALICE)).toBe(0n);
  });

  it('keeps what a payment is made of that is spent otherwise', async () => {
    const node = await startedNode();
    await node.mine(100);
    const pay = () => node.faucet(ALICE, 1, { confirm: false });
    const [a, b, c] = [await pay(), await pay(), await pay()];
    await node.mine();
    const { transactions } = await node.reorg({ doubleSpend: [b.txid] });
    expect(transactions).toEqual({ [a.txid]: 'kept', [b.txid]: 'double-spent', [c.txid]: 'lost' });
    expect(await node.balance(ALICE)).toBe(100_000_000n);
  });

  it('takes a conflicting transaction that somebody else has made', async () => {
    const node = await startedNode();
    await node.mine(100);
    const id = await node.snapshot();
    const theirs = await node.faucet(BOB, 7);
    await node.revert(id);
    const ours = await node.faucet(ALICE, 5);
    const { transactions } = await node.reorg({ doubleSpend: [theirs.hex] });
    expect(transactions).toEqual({ [ours.txid]: 'double-spent' });
    expect(await node.balance(BOB)).toBe(700_000_000n);
    expect(await node.balance(ALICE)).toBe(0n);
  });

  it('is called off if the chain does not want the branch, and everything is as it was', async () => {
    const { node, payments } = await withThreePayments();
    const before = node.tip;
    const [first] = payments;
    // The same inputs, and a signature that is not right any more.
    const broken = first.hex.replace('0065cd1d', '0065cd1c').replace('00e1f505', '01e1f505');
    expect(broken).not.toBe(first.hex);
    await expect(node.reorg({ depth: 3, doubleSpend: [broken] })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(
        /refuses the new branch, and stays as it was: mandatory-script/,
      ),
    });
    expect(node.tip).toEqual(before);
    expect(node.mempool).toEqual([]);
    expect(await node.balance(ALICE)).toBe(300_000_000n);
    await node.mine();
    expect(node.height).toBe(before.height + 1);
  });

  it('leaves what waited before in the mempool, unless it cannot be valid any more', async () => {
    const node = await startedNode();
    await node.mine(100);
    const parent = await node.faucet(ALICE, 1);
    const coin = await node.faucet(BOB, 1, { confirm: false });
    const { transactions } = await node.reorg();
    expect(transactions).toEqual({ [parent.txid]: 'returned' });
    expect(new Set(node.mempool)).toEqual(new Set([parent.txid, coin.txid]));
  });

  it('happens on a chain whose difficulty follows its miners as well', async () => {
    const node = await startedNode({
      chain: { name: 'quick', difficultyBits: 2, coinbaseMaturity: 3 },
    });
    await node.mine(20);
    const before = node.tip;
    const { oldTip, newTip } = await node.reorg({ depth: 5 });
    expect(oldTip).toBe(before.hash);
    expect(newTip).toBe(node.tip.hash);
  });

  it.each([
    [{ depth: 0 }, /depth is 0; allowed: whole numbers from 1 to 3/],
    [{ depth: 4 }, /depth is 4; allowed: whole numbers from 1 to 3/],
    [{ keep: true, drop: true } as const, /keep and drop are both true/],
    [{ keep: ['00'.repeat(32)] }, /keep\[0\] is 0000.*in none of the replaced blocks/],
    [{ doubleSpend: ['00'.repeat(32)] }, /doubleSpend\[0\] is .*the faucet has not paid/],
    [{ doubleSpend: ['xy'] }, /doubleSpend\[0\] is "xy", which is no transaction/],
  ])('refuses %j', async (options, words) => {
    const node = await startedNode();
    await node.mine(3);
    const before = node.tip;
    await expect(node.reorg(options)).rejects.toThrow(words);
    expect(node.tip).toEqual(before);
  });
});
