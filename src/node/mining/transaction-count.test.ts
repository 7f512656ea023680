import { describe, expect, it } from 'vitest';
import { quickRegtest } from '../../../test/fixtures/block-maker.ts';
import {
  mustAccept,
  spendCoins,
  type TestPool,
  testPool,
} from '../../../test/fixtures/mempool-maker.ts';
import type { ChainParams, TransactionCountLimits } from '../../protocol/params/chain-params.ts';
import type { Transaction } from '../../protocol/primitives/transaction.ts';
import { BlockGenerator } from './block-generator.ts';
import { Miner, type MinerEvent } from './continuous-miner.ts';
import { InProcessSearch } from './nonce-search.ts';
import { checkTransactionCount, TransactionCountError } from './transaction-count.ts';

const ANYONE = Uint8Array.of(0x51);

/** A chain with such a rule, whose blocks of the fixture all have two transactions or are early. */
function limited(blockTransactions: TransactionCountLimits): ChainParams {
  return { ...quickRegtest, consensus: { ...quickRegtest.consensus, blockTransactions } };
}

function generatorOf({ chain, clock, mempool }: TestPool): BlockGenerator {
  return new BlockGenerator({ chain, clock, search: new InProcessSearch(clock), source: mempool });
}

/** Transactions that pay these fees, and have the same size. */
async function paying(pool: TestPool, fees: readonly bigint[]): Promise<readonly Transaction[]> {
  const made = fees.map((fee) => spendCoins([pool.coin()], { fee }));
  for (const tx of made) await mustAccept(pool, tx);
  return made;
}

describe('a block of a chain that limits its transactions', () => {
  it('has the most that are allowed, and of these the ones that pay best', async () => {
    const pool = await testPool({ params: limited({ min: 1, max: 4 }) });
    const made = await paying(pool, [1_000n, 5_000n, 2_000n, 4_000n, 3_000n]);
    const { transactions } = await generatorOf(pool).assemble(ANYONE);
    expect(transactions.slice(1)).toEqual([made[1], made[3], made[4]]);
    const [hash] = await generatorOf(pool).generate(1, ANYONE);
    expect(pool.chain.tip.hash).toEqual(hash);
    expect((await generatorOf(pool).assemble(ANYONE)).transactions).toHaveLength(3);
    await pool.chain.close();
  });

  it('may be empty where one transaction, the coinbase, is enough', async () => {
    const pool = await testPool({ params: limited({ min: 1, max: 2 }) });
    const { transactions } = await generatorOf(pool).assemble(ANYONE);
    expect(transactions).toHaveLength(1);
    await pool.chain.close();
  });

  it('cannot be made of too few, and the error says how many are missing', async () => {
    const pool = await testPool({ params: limited({ min: 2, max: 9 }) });
    const generator = generatorOf(pool);
    const { height } = pool.chain.tip;
    await expect(generator.generate(1, ANYONE)).rejects.toThrow(
      new TransactionCountError(height + 1, 1, 0),
    );
    await paying(pool, [1_000n, 2_000n]);
    // The first block takes both, and leaves none to the second.
    await expect(generator.generate(2, ANYONE)).rejects.toMatchObject({
      code: 'too-few-transactions',
      missing: 1,
      message: `a block at height ${height + 2} needs 1 transaction beside its coinbase, and 0 are ready: 1 is missing`,
    });
    expect(pool.chain.tip.height).toBe(height + 1);
    await pool.chain.close();
  });
});

describe('a miner on such a chain', () => {
  it('waits until there are enough transactions, and says once what for', async () => {
    const pool = await testPool({ params: limited({ min: 2, max: 9 }) });
    const { chain, clock } = pool;
    const generator = generatorOf(pool);
    let looks = 0;
    const miner = new Miner(
      {
        ...{ chain, clock, search: new InProcessSearch(clock) },
        generator: {
          assemble: (...wishes) => {
            looks++;
            return generator.assemble(...wishes);
          },
        },
      },
      { scriptPubKey: ANYONE },
    );
    const events: MinerEvent[] = [];
    const found = new Promise<void>((resolve) => {
      miner.on((event) => {
        events.push(event);
        if (event.kind === 'found') resolve();
      });
    });
    miner.start();
    await new Promise<void>((resolve) => clock.schedule(50, resolve));
    expect(events).toMatchObject([{ kind: 'waiting', error: { missing: 1 } }]);
    expect(looks).toBe(1);
    await paying(pool, [1_000n]);
    await found;
    await miner.stop();
    expect(looks).toBe(2);
    expect(events.map(({ kind }) => kind)).toEqual(['waiting', 'template', 'found']);
    await chain.close();
  });
});

describe('the number of transactions', () => {
  const blockTransactions = { min: 4, max: 9 };
  const check = (height: number, count: number) => (): void =>
    checkTransactionCount(height, count, { blockTransactions, coinbaseMaturity: 10 });

  it('does not matter until there is a coin to spend', () => {
    expect(check(10, 0)).not.toThrow();
    expect(check(11, 3)).not.toThrow();
    expect(check(11, 1)).toThrow(
      'a block at height 11 needs 3 transactions beside its coinbase, and 1 is ready: 2 are missing',
    );
  });

  it('does not matter on other chains', () => {
    const free = { blockTransactions: undefined, coinbaseMaturity: 10 };
    expect(() => checkTransactionCount(500, 0, free)).not.toThrow();
  });
});
