import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MadeBlock } from '../../../test/fixtures/block-maker.ts';
import { checkPool } from '../../../test/fixtures/check-pool.ts';
import {
  outputOf,
  segwitBlockOn,
  spendCoins,
  type TestCoin,
  type TestPool,
  testPool,
} from '../../../test/fixtures/mempool-maker.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import { coinKey } from '../../protocol/consensus/coin.ts';
import type { Transaction } from '../../protocol/primitives/transaction.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('spend', 'spend', 'spend', 'block', 'rival', 'reorg', 'back', 'time'),
    picks: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
    fee: fc.integer({ min: 0, max: 20_000 }),
    version: fc.constantFrom(2, 2, 2, 3),
  }),
  { minLength: 5, maxLength: 60, size: 'max' },
);
type Step = typeof steps extends fc.Arbitrary<readonly (infer S)[]> ? S : never;

/** Does to a pool what a network might. */
class Storm {
  readonly #pool: TestPool;
  /** All outputs that ever were, spent or not. */
  readonly #coins: TestCoin[];
  readonly #blocks: MadeBlock[];
  readonly #all = new Map<string, MadeBlock>();
  #made = 0;

  constructor(pool: TestPool) {
    this.#pool = pool;
    this.#coins = [...pool.coins];
    this.#blocks = [pool.tip];
  }

  async do(step: Step): Promise<void> {
    const { kind, picks } = step;
    const { clock, chain } = this.#pool;
    if (kind === 'spend') await this.#spend(step);
    else if (kind === 'block') await this.#mine(this.#tip, this.#someOf(picks));
    else if (kind === 'rival') await this.#mine(this.#tip, this.#rivalOf(picks[0] as number));
    else if (kind === 'time') clock.freeze(clock.now() + 100 * 3600 * 1000);
    else if (kind === 'back') {
      const last = this.#blocks.at(-1);
      if (last === undefined || this.#blocks.length === 1) return;
      await chain.invalidateBlock(last.hash);
      this.#follow();
    } else await this.#reorganise(picks);
  }

  /** The chain may have gone to a branch that lost before. */
  #follow(): void {
    const base = this.#blocks[0] as MadeBlock;
    const branch: MadeBlock[] = [];
    for (let node = this.#pool.chain.tip; node.height > base.height; node = node.parent ?? node) {
      branch.unshift(this.#all.get(toHex(node.hash)) as MadeBlock);
      if (node.parent === undefined) break;
    }
    this.#blocks.splice(1, this.#blocks.length, ...branch);
  }

  get #tip(): MadeBlock {
    return this.#blocks.at(-1) as MadeBlock;
  }

  async #spend({ picks, fee, version }: Step): Promise<void> {
    const chosen = new Map<string, TestCoin>();
    for (const number of picks) {
      const coin = this.#coins[number % this.#coins.length] as TestCoin;
      chosen.set(String(coinKey(coin.outPoint)), coin);
    }
    const tx = spendCoins([...chosen.values()], { fee: BigInt(fee), outputs: 2, version });
    const result = await this.#pool.mempool.accept(tx);
    if (result.kind !== 'accepted') return;
    this.#coins.push(outputOf(tx, 0), outputOf(tx, 1));
  }

  /** A transaction of the pool with all that it needs. */
  #someOf(picks: readonly number[]): readonly Transaction[] {
    const { mempool } = this.#pool;
    const entries = [...mempool.entries()];
    const wanted = new Set(
      picks.flatMap((number) => {
        const entry = entries[number % Math.max(1, entries.length)];
        return entry === undefined ? [] : [entry, ...mempool.ancestors(entry)];
      }),
    );
    return [...wanted].sort((a, b) => a.ancestorCount - b.ancestorCount).map(({ tx }) => tx);
  }

  /** Spends what a transaction of the pool spends, if no other is needed for that. */
  #rivalOf(number: number): readonly Transaction[] {
    const { mempool } = this.#pool;
    const alone = [...mempool.entries()].filter(({ ancestorCount }) => ancestorCount === 1);
    const entry = alone[number % Math.max(1, alone.length)];
    return entry === undefined ? [] : [this.#rival(entry.tx)];
  }

  #rival({ inputs }: Transaction): Transaction {
    const wanted = new Set(inputs.map(({ prevout }) => String(coinKey(prevout))));
    const coins = this.#coins.filter(({ outPoint }) => wanted.has(String(coinKey(outPoint))));
    this.#made++;
    const tx = spendCoins(coins, { fee: BigInt(this.#made) });
    this.#coins.push(outputOf(tx));
    return tx;
  }

  async #mine(parent: MadeBlock, transactions: readonly Transaction[]): Promise<void> {
    this.#made++;
    const block = segwitBlockOn(parent, transactions, { extra: this.#made, reward: 1n });
    this.#all.set(toHex(block.hash), block);
    const result = await this.#pool.chain.processBlock(block.raw);
    expect(result.kind).not.toBe('rejected');
    this.#blocks.push(block);
  }

  /** Lets another branch win, with some of the transactions and rivals of others. */
  async #reorganise(picks: readonly number[]): Promise<void> {
    const depth = 1 + ((picks[0] as number) % 3);
    const kept = Math.max(1, this.#blocks.length - depth);
    const lost = this.#blocks.splice(kept);
    const first = lost[0]?.block.transactions[1];
    const isRival = (picks[0] as number) % 2 === 0;
    const again = first === undefined ? [] : [isRival ? this.#rival(first) : first];
    for (let i = 0; i <= lost.length; i++) await this.#mine(this.#tip, i === 0 ? again : []);
  }
}

describe('the pool, whatever happens to it', () => {
  it('keeps sums that are right, and transactions that the next block could have', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (todo) => {
        const pool = await testPool({ coins: 8, options: { maxBytes: 25_000 } });
        const storm = new Storm(pool);
        for (const step of todo) {
          await storm.do(step);
          checkPool(pool.mempool);
          await checkSpendable(pool);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('hears of the chain before whoever waits for its turn', async () => {
    const pool = await testPool();
    const rivals = [pool.coin(), pool.coin()].map((coin) => [
      spendCoins([coin]),
      spendCoins([coin], { fee: 5_000n }),
    ]);
    const waiting = rivals.map(([tx]) => pool.mempool.accept(tx as Transaction));
    await pool.mine(rivals.map(([, tx]) => tx as Transaction));
    await Promise.all(waiting);
    expect(pool.mempool.size).toBe(0);
  });

  it('does not keep others from their turn', async () => {
    const pool = await testPool({ coins: 400 });
    const txs = pool.coins.map((coin) => spendCoins([coin]));
    let turns = 0;
    let isDone = false;
    const others = (async () => {
      while (!isDone) {
        await pool.clock.nextTurn();
        turns++;
      }
    })();
    await Promise.all(txs.map((tx) => pool.mempool.accept(tx)));
    isDone = true;
    await others;
    expect(pool.mempool.size).toBe(400);
    expect(turns).toBeGreaterThan(1);
  });

  it('says what a transaction is in conflict with', async () => {
    const pool = await testPool();
    const coin = pool.coin();
    const result = await pool.mempool.accept(spendCoins([coin]));
    if (result.kind !== 'accepted') throw result.error;
    expect(pool.mempool.conflicts(result.entry.tx)).toEqual([]);
    const rival = spendCoins([coin, pool.coin()]);
    expect(pool.mempool.conflicts(rival)).toEqual([result.entry]);
  });
});

/** Every coin that is spent exists, and nothing is in the pool and in a block. */
async function checkSpendable({ mempool, chain }: TestPool): Promise<void> {
  for (const entry of mempool.entries()) {
    for (const { prevout } of entry.tx.inputs) {
      expect(await mempool.coin(prevout)).toBeDefined();
    }
    const [made] = await chain.coins([coinKey({ txid: txid(entry.tx), vout: 0 })]);
    expect(made).toBeUndefined();
  }
}
