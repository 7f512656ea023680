import { describe, expect, it } from 'vitest';
import { ANYONE, anyoneSpends } from '../../../../test/fixtures/anyone-spends.ts';
import { memoryChain } from '../../../../test/fixtures/test-chain.ts';
import { SeededEntropy } from '../../../outside/entropy/seeded-entropy.ts';
import { regtest } from '../../../protocol/params/regtest.ts';
import { utxoStatistics } from '../../coins/utxo-set.ts';
import { BlockGenerator } from '../../mining/block-generator.ts';
import { InProcessSearch } from '../../mining/nonce-search.ts';
import { theseTransactions } from '../../mining/transaction-source.ts';
import { MemoryStores } from '../../storage/memory-stores.ts';
import { Indexes } from '../indexes.ts';
import { unspendableOf } from './coin-totals.ts';

const NOW = 1_700_000_000;
const COIN = 100_000_000n;

/** A chain that has mined, paid, and gone back a few blocks, with the index of its coins. */
async function grown(genesisSpendable: boolean) {
  const consensus = { ...regtest.consensus, genesisSpendable };
  const test = await memoryChain({ ...regtest, consensus }, NOW);
  const { chain, clock } = test;
  const indexes = await Indexes.open({
    ...{ chain, clock, params: consensus, names: ['coins'], folder: '/indexes' },
    openStore: new MemoryStores().open,
    entropy: new SeededEntropy('coins'),
    onFailure: (error) => {
      throw error;
    },
  });
  const search = new InProcessSearch(clock);
  const mine = (count: number, source = theseTransactions([])) =>
    new BlockGenerator({ chain, clock, search, source }).generate(count, ANYONE);
  await mine(105);
  const first = chain.blockAt(1);
  if (first === undefined) throw new Error('the chain has no first block');
  const { block } = await chain.readBlock(first);
  const { tx } = anyoneSpends(block.transactions, { fee: 10_000n, outputs: 3 });
  await mine(1, theseTransactions([{ tx, fee: 10_000n }]));
  const left = chain.tip;
  // What an index has not come to before it is taken back, it never sees.
  await indexes.settled();
  await chain.invalidateBlock(left.hash);
  await mine(3);
  await indexes.settled();
  return { ...test, indexes, left };
}

describe('the index of coins', () => {
  it.each([false, true])(
    'has the figures that counting gives, on a chain whose first coins can be spent: %s',
    async (genesisSpendable) => {
      const { chain, clock, indexes } = await grown(genesisSpendable);
      const { snapshot, tip } = await chain.snapshotCoins();
      const counted = await utxoStatistics(snapshot, 'muhash', { clock });
      await snapshot.release();
      const row = await indexes.coins?.after(tip);
      expect(row?.muHash).toEqual(counted.hash);
      expect(row?.sums).toMatchObject({
        txouts: counted.txouts,
        bogosize: counted.bogosize,
        totalAmount: counted.totalAmount,
        genesisBlock: genesisSpendable ? 0n : 50n * COIN,
        unclaimed: 0n,
      });
      await indexes.close();
      await chain.close();
    },
  );

  it('keeps what it knew of a block that was taken back', async () => {
    const { chain, indexes, left } = await grown(false);
    const sums = (await indexes.coins?.after(left))?.sums;
    expect(sums).toMatchObject({
      txouts: 105 - 1 + 3 + 1,
      prevoutSpent: 50n * COIN,
      newOutputs: ((50n * COIN - 10_000n) / 3n) * 3n,
      subsidy: 107n * 50n * COIN,
    });
    expect(sums && unspendableOf(sums)).toBe(50n * COIN + (sums?.unclaimed ?? 0n));
    await indexes.close();
    await chain.close();
  });
});
