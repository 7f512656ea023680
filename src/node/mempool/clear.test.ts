import { describe, expect, it } from 'vitest';
import { checkPool } from '../../../test/fixtures/check-pool.ts';
import { outputOf, spendCoins, testPool } from '../../../test/fixtures/mempool-maker.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';

describe('a pool that is cleared', () => {
  it('is as if nobody had sent anything, and says of each that it left', async () => {
    const pool = await testPool();
    const { mempool, chain } = pool;
    const parent = spendCoins([pool.coin()], { outputs: 2 });
    const child = spendCoins([outputOf(parent, 0)]);
    const other = spendCoins([pool.coin()]);
    for (const tx of [parent, child, other]) {
      expect((await mempool.accept(tx)).kind).toBe('accepted');
    }
    mempool.prioritise(txid(other), 500n);
    mempool.prioritise(txid(spendCoins([pool.coin()])), 700n);
    const left: string[] = [];
    mempool.on((event) => {
      if (event.kind === 'removed') left.push(`${event.reason} ${toHex(event.entry.txid)}`);
    });
    await mempool.clear();
    expect(left.sort()).toEqual(
      [parent, child, other].map((tx) => `cleared ${toHex(txid(tx))}`).sort(),
    );
    expect([mempool.size, mempool.totalVsize, mempool.totalFees]).toEqual([0, 0, 0n]);
    expect([...mempool.deltas()]).toEqual([]);
    checkPool(mempool);
    for (const tx of [parent, child, other]) {
      expect((await mempool.accept(tx)).kind).toBe('accepted');
    }
    checkPool(mempool);
    await chain.close();
  });

  it('asks for no more than at first, however full it was', async () => {
    const pool = await testPool({ options: { maxBytes: 20_000 } });
    const { mempool, chain } = pool;
    for (let i = 0; i < 30; i++) {
      await mempool.accept(spendCoins([pool.coin()], { fee: 1_000n + 100n * BigInt(i) }));
    }
    await pool.mine();
    expect(mempool.minFeeRate()).toBeGreaterThan(0n);
    await mempool.clear();
    expect(mempool.minFeeRate()).toBe(0n);
    expect((await mempool.accept(spendCoins([pool.coin()]))).kind).toBe('accepted');
    await chain.close();
  });
});
