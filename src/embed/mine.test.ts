import { describe, expect, it } from 'vitest';
import { ALICE, BOB, startedNode } from '../../test/fixtures/embedded-nodes.ts';
import type { Node } from './node.ts';

interface Block {
  readonly tx: readonly { readonly txid: string; readonly vout: readonly Output[] }[];
}

interface Output {
  readonly value: number;
  readonly scriptPubKey: { readonly address?: string };
}

function blockOf(node: Node, hash: string | undefined): Promise<Block> {
  return node.rpc('getblock', hash, 2);
}

async function idsIn(node: Node, hash: string | undefined): Promise<readonly string[]> {
  return (await blockOf(node, hash)).tx.slice(1).map(({ txid }) => txid);
}

describe('mining', () => {
  it('gives the reward to whom it shall, or to the faucet', async () => {
    const node = await startedNode();
    const [first] = await node.mine();
    const [second, third] = await node.mine({ blocks: 2, to: ALICE });
    const rewarded = async (hash: string | undefined): Promise<string | undefined> =>
      (await blockOf(node, hash)).tx[0]?.vout[0]?.scriptPubKey.address;
    expect(await rewarded(first)).toBe(node.faucetAddress);
    expect([await rewarded(second), await rewarded(third)]).toEqual([ALICE, ALICE]);
    expect(await node.balance(ALICE)).toBe(10_000_000_000n);
    expect(node.height).toBe(3);
  });

  it('takes what waits, or exactly what it is told, and the fees with it', async () => {
    const node = await startedNode();
    await node.mine(103);
    const pay = (to: string) => node.faucet(to, 1, { confirm: false });
    const [a, b, c] = [await pay(ALICE), await pay(BOB), await pay(ALICE)];
    const [some] = await node.mine({ transactions: [b.txid] });
    expect(await idsIn(node, some)).toEqual([b.txid]);
    expect((await blockOf(node, some)).tx[0]?.vout[0]?.value).toBe(50 + Number(b.fee) / 1e8);
    const [none] = await node.mine({ transactions: [], to: BOB });
    expect(await idsIn(node, none)).toEqual([]);
    expect(node.mempool).toEqual([a.txid, c.txid]);
    const [asHex] = await node.mine({ transactions: [c.hex] });
    expect(await idsIn(node, asHex)).toEqual([c.txid]);
    const [rest] = await node.mine();
    expect(await idsIn(node, rest)).toEqual([a.txid]);
    expect(node.mempool).toEqual([]);
  });

  it('is told the rule that a block would break, and the chain stays as it was', async () => {
    const node = await startedNode();
    await node.mine(101);
    const { hex } = await node.faucet(ALICE, 1);
    const before = node.tip;
    await expect(node.mine({ transactions: [hex] })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('bad-txns-inputs-missingorspent'),
    });
    expect(node.tip).toEqual(before);
    await node.mine(1);
    expect(node.height).toBe(before.height + 1);
  });

  it.each([
    [{ blocks: -1 }, /blocks is -1; allowed: whole numbers from 0/],
    [{ blocks: 1.5 }, /blocks is 1.5/],
    [{ blocks: 2, transactions: [] }, /allowed: 1/],
    [{ to: 'nobody' }, /"nobody" is no address of the chain regtest.*allowed: addresses/],
    [{ to: 'tb1qqyqszqgpqyqszqgpqyqszqgpqyqszqgpw0yxjz' }, /is no address of the chain regtest/],
    [{ transactions: ['xyz'] }, /transactions\[0\] is "xyz", which is no transaction/],
    [{ transactions: ['00'.repeat(32)] }, /which is not in the mempool; allowed/],
    [{ spacing: -1 }, /spacing is -1/],
  ])('refuses %j', async (options, words) => {
    const node = await startedNode();
    await expect(node.mine(options)).rejects.toThrow(words);
    expect(node.height).toBe(0);
  });

  it('makes blocks of its own, though another node pays the same address at the same time', async () => {
    const time = 1_800_000_000;
    const [one, other] = [await startedNode({ time }), await startedNode({ time })];
    expect(await one.mine({ to: ALICE })).not.toEqual(await other.mine({ to: ALICE }));
  });

  it('does so one after the other, whoever asks, and everybody gets what he asked for', async () => {
    const node = await startedNode();
    const hashes = await Promise.all(Array.from({ length: 10 }, () => node.mine(3)));
    expect(node.height).toBe(30);
    expect(new Set(hashes.flat()).size).toBe(30);
  });

  it('cannot be done where it would take for ever', async () => {
    const node = await startedNode({ chain: 'main' });
    await expect(node.mine()).rejects.toThrow(/main cannot be made here: a block takes 4294967296/);
    const signet = await startedNode({ chain: 'signet' });
    await expect(signet.mine()).rejects.toThrow(/signet cannot be made here: its blocks need/);
  });
});

describe('a chain of your own', () => {
  it('has its first block mined, its rules and its prefixes', async () => {
    const node = await startedNode({
      chain: {
        name: 'shop',
        basedOn: 'regtest',
        blockReward: '1000',
        coinbaseMaturity: 2,
        addressPrefixes: { bech32: 'shop' },
        premine: [{ address: 'shop1qqyqszqgpqyqszqgpqyqszqgpqyqszqgpwnte7y', amount: '7' }],
      },
    });
    expect(node.params.name).toBe('shop');
    expect(node.faucetAddress).toMatch(/^shop1q/);
    const { blockHash } = await node.faucet(node.faucetAddress, 700);
    expect(node.height).toBe(3);
    expect(blockHash).toBe(node.tip.hash);
  });

  it('may follow its miners: then the clock goes with the blocks', async () => {
    const node = await startedNode({
      chain: { name: 'quick', difficultyBits: 4, spacingSeconds: 60 },
      time: 1_800_000_000,
    });
    await node.mine(30);
    expect(node.time.now()).toBe(1_800_000_000 + 30 * 60);
    expect(node.tip.time).toBe(node.time.now());
    const { difficulty } = await node.rpc<{ difficulty: number }>('getblockchaininfo');
    const easiest = 2 ** 4 / 2 ** 32;
    expect(difficulty).toBeLessThan(easiest * 1.5);
  });
});
