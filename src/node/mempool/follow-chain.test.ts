import { describe, expect, it } from 'vitest';
import {
  chainOf,
  mustAccept,
  outputOf,
  segwitBlockOn,
  spendCoins,
  testPool,
} from '../../../test/fixtures/mempool-maker.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import type { Transaction } from '../../protocol/primitives/transaction.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';
import { DisconnectedTransactions } from './disconnected-transactions.ts';
import { entryUsage } from './memory-usage.ts';
import type { MempoolEntry } from './mempool-entry.ts';

const ids = (some: Iterable<Pick<MempoolEntry, 'txid'>>): readonly string[] =>
  [...some].map((each) => toHex(each.txid)).sort();
const idsOf = (txs: readonly Transaction[]): readonly string[] =>
  ids(txs.map((tx) => ({ txid: txid(tx) })));

describe('after a reorganisation', () => {
  it('rivals of a transaction in the new block are gone, and the others back', async () => {
    const pool = await testPool();
    const [coin, other] = [pool.coin(), pool.coin()];
    const fork = pool.tip;
    const lost = spendCoins([coin]);
    const child = spendCoins([outputOf(lost)]);
    const back = spendCoins([other]);
    await pool.mine([lost, back]);
    await mustAccept(pool, child);
    const first = segwitBlockOn(fork, [spendCoins([coin], { fee: 9n })], { extra: 1 });
    await pool.chain.processBlock(first.raw);
    await pool.chain.processBlock(segwitBlockOn(first, [], { extra: 1 }).raw);
    expect(ids(pool.mempool.entries())).toEqual(idsOf([back]));
  });

  it('what the next block may not have yet is gone: a relative lock that opened on the other branch', async () => {
    const pool = await testPool();
    const parent = spendCoins([pool.coin()]);
    await pool.mine([parent]);
    const fork = pool.tip;
    await pool.mine();
    const waiting = spendCoins([outputOf(parent)], { sequence: 2 });
    await mustAccept(pool, waiting);
    await pool.chain.invalidateBlock(pool.tip.hash);
    expect(pool.chain.tip.height).toBe(fork.height);
    expect(pool.mempool.size).toBe(0);
  });

  it('a lock counts from the block that its coin is in now', async () => {
    const pool = await testPool();
    const fork = pool.tip;
    const parent = spendCoins([pool.coin()]);
    await pool.mine([parent]);
    await pool.mine();
    const waiting = spendCoins([outputOf(parent)], { sequence: 2 });
    await mustAccept(pool, waiting);
    let last = segwitBlockOn(fork, [], { extra: 1 });
    await pool.chain.processBlock(last.raw);
    last = segwitBlockOn(last, [parent], { extra: 1 });
    await pool.chain.processBlock(last.raw);
    await pool.chain.processBlock(segwitBlockOn(last, [], { extra: 1 }).raw);
    expect(ids(pool.mempool.entries())).toEqual(idsOf([waiting]));
    // Not back to the first branch, where it would be open.
    await pool.chain.invalidateBlock(pool.tip.hash);
    await pool.chain.invalidateBlock(pool.chain.tip.hash);
    expect(pool.mempool.size).toBe(0);
  });

  it('a family that has become too long is cut', async () => {
    const pool = await testPool();
    const long = chainOf(pool.coin(), 30);
    await pool.mine(long.slice(0, 10));
    await mustAccept(pool, ...long.slice(10));
    await pool.chain.invalidateBlock(pool.tip.hash);
    expect(ids(pool.mempool.entries())).toEqual(idsOf(long.slice(0, 25)));
  });

  it('that led nowhere, the pool is open again', async () => {
    const pool = await testPool();
    const fork = pool.tip;
    const mined = spendCoins([pool.coin()]);
    await pool.mine([mined]);
    const stays = spendCoins([pool.coin()]);
    await mustAccept(pool, stays);
    const first = segwitBlockOn(fork, [], { extra: 1 });
    const greedy = segwitBlockOn(first, [], { extra: 1, reward: 51n * 100_000_000n });
    await pool.chain.processBlock(first.raw);
    const result = await pool.chain.processBlock(greedy.raw);
    expect(result.kind).toBe('rejected');
    expect(toHex(pool.chain.tip.hash)).toBe(toHex(pool.tip.hash));
    expect(ids(pool.mempool.entries())).toEqual(idsOf([stays]));
    await mustAccept(pool, spendCoins([pool.coin()]));
  });

  it('what there was no room for while it lasted is gone, with its children', async () => {
    const pool = await testPool({ options: { maxDisconnectedBytes: 8_000 } });
    const [first, ...later] = chainOf(pool.coin(), 4);
    if (first === undefined) throw new Error('no chain');
    await pool.mine([first, ...later]);
    await mustAccept(pool, spendCoins([outputOf(later.at(-1) as Transaction)]));
    await pool.chain.invalidateBlock(pool.tip.hash);
    const left = [...pool.mempool.entries()];
    expect(left.length).toBeGreaterThan(0);
    expect(left.length).toBeLessThan(4);
    expect(pool.mempool.get(txid(first))).toBeDefined();
  });
});

describe('when the chain goes back by hand', () => {
  it('each block gives back before the next one goes, so that siblings are both there (BIP431)', async () => {
    const pool = await testPool();
    const parent = spendCoins([pool.coin()], { version: 3, outputs: 2 });
    const children = [0, 1].map((at) => spendCoins([outputOf(parent, at)], { version: 3 }));
    const block = await pool.mine([parent]);
    await pool.mine(children);
    await pool.chain.invalidateBlock(blockHash(block.block.header));
    expect(ids(pool.mempool.entries())).toEqual(idsOf([parent, ...children]));
  });

  it('the last ten blocks give back, and no others', async () => {
    const pool = await testPool();
    const [eleventh, tenth] = [spendCoins([pool.coin()]), spendCoins([pool.coin()])];
    const block = await pool.mine([eleventh]);
    await pool.mine([tenth]);
    for (let blocks = 0; blocks < 9; blocks++) await pool.mine();
    await pool.chain.invalidateBlock(blockHash(block.block.header));
    expect(ids(pool.mempool.entries())).toEqual(idsOf([tenth]));
  });

  it('who waits in the pool does not keep out those of blocks', async () => {
    const pool = await testPool({ options: { limitDescendantCount: 3 } });
    const parent = spendCoins([pool.coin()], { outputs: 2 });
    const children = [0, 1].map((at) => spendCoins([outputOf(parent, at)]));
    await pool.mine([parent, ...children]);
    const [first, second] = chainOf(outputOf(children[0] as Transaction), 2);
    await mustAccept(pool, first as Transaction, second as Transaction);
    await pool.chain.invalidateBlock(pool.tip.hash);
    expect(pool.mempool.size).toBe(5);
  });
});

describe('transactions of blocks that were taken back', () => {
  it('come out in the order in which they were confirmed, but for what new blocks have', async () => {
    const pool = await testPool();
    const txs = [1, 2, 3, 4].map(() => spendCoins([pool.coin()]));
    const [a, b, c, d] = txs as [Transaction, Transaction, Transaction, Transaction];
    const lower = segwitBlockOn(pool.tip, [a, b]);
    const upper = segwitBlockOn(lower, [c, d]);
    const kept = new DisconnectedTransactions(1_000_000, 5);
    expect(kept.addBlock(upper.block)).toEqual([]);
    kept.addBlock(lower.block);
    kept.removeBlock({ ...lower.block, transactions: [b, c] });
    const [coinbase, other] = [lower.block.transactions[0], upper.block.transactions[0]];
    expect(kept.takeAll()).toEqual([coinbase, a, other, d]);
    expect(kept.isEmpty).toBe(true);
  });

  it('are dropped from the last one on where there is no room', async () => {
    const pool = await testPool();
    const txs = [1, 2, 3].map(() => spendCoins([pool.coin()]));
    const block = { ...pool.tip.block, transactions: txs };
    const room = 2 * entryUsage(txs[0] as Transaction);
    const kept = new DisconnectedTransactions(room, 5);
    expect(kept.addBlock(block)).toEqual(txs.slice(2));
    expect(kept.takeAll()).toEqual(txs.slice(0, 2));
  });
});
