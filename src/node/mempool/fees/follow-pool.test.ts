import { describe, expect, it } from 'vitest';
import {
  mustAccept,
  outputOf,
  spendCoins,
  type TestPool,
  testPool,
} from '../../../../test/fixtures/mempool-maker.ts';
import { SeededEntropy } from '../../../outside/entropy/seeded-entropy.ts';
import { regtest } from '../../../protocol/params/regtest.ts';
import { FeeEstimator } from './fee-estimator.ts';

/** A pool and a chain as they are, and an estimator that has heard of them before or after each other. */
async function scene(order: 'pool first' | 'estimator first') {
  const pool = await testPool({ coins: 200 });
  pool.clock.freeze((regtest.genesis.header.time + 60) * 1000);
  const { chain, mempool, clock } = pool;
  const estimator = new FeeEstimator({
    chain,
    pool: mempool,
    clock,
    entropy: new SeededEntropy('fees'),
  });
  if (order === 'estimator first') mempool.close();
  estimator.start();
  if (order === 'estimator first') mempool.start();
  await pool.mine();
  return { pool, estimator };
}

/** So many blocks, each with four transactions that came just before it. */
async function mineBusily(pool: TestPool, blocks: number): Promise<void> {
  for (let i = 0; i < blocks; i++) {
    const txs = Array.from({ length: 4 }, () => spendCoins([pool.coin()], { fee: 9_600n }));
    await mustAccept(pool, ...txs);
    await pool.mine(txs);
  }
}

describe.each(['pool first', 'estimator first'] as const)('with a real pool, %s', (order) => {
  it('learns what gets into blocks', async () => {
    const { pool, estimator } = await scene(order);
    await mineBusily(pool, 40);
    expect(pool.mempool.size).toBe(0);
    expect(estimator.history.trackedCount).toBe(0);
    const { feeRate, basis } = estimator.estimate(2);
    expect(basis).toBe('history');
    expect(feeRate).toBe(100_000n);
  });

  it('does not learn from what blocks give back', async () => {
    const { pool, estimator } = await scene(order);
    const tx = spendCoins([pool.coin()], { fee: 9_600n });
    const { hash } = await pool.mine([tx]);
    await pool.chain.invalidateBlock(hash);
    expect(pool.mempool.size).toBe(1);
    expect(estimator.history.trackedCount).toBe(0);
    // The history is at a height that the chain has lost, and waits for it.
    await mustAccept(pool, spendCoins([outputOf(tx)]), spendCoins([pool.coin()]));
    expect(estimator.history.trackedCount).toBe(0);
  });
});
