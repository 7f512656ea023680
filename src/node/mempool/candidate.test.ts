import { describe, expect, it } from 'vitest';
import {
  chainOf,
  mustAccept,
  outputOf,
  reasonOf,
  spendCoins,
  type TestPool,
  testPool,
} from '../../../test/fixtures/mempool-maker.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { Transaction } from '../../protocol/primitives/transaction.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';

/** A version that asks for the rules of BIP431. */
const TRUC = { version: 3 };

const idOf = (tx: Transaction): string => toReversedHex(txid(tx));
const txids = (pool: TestPool): readonly string[] =>
  [...pool.mempool.entries()].map((entry) => toReversedHex(entry.txid)).sort();

describe('replacement by fee', () => {
  it('puts out what spends the same, with all that depends on it, signalled or not', async () => {
    const pool = await testPool();
    const coin = pool.coin();
    const old = chainOf(coin, 3);
    await mustAccept(pool, ...old);
    const better = spendCoins([coin], { fee: 4_000n });
    const result = await pool.mempool.accept(better);
    if (result.kind !== 'accepted') throw result.error;
    expect(result.replaced.map(({ tx }) => idOf(tx))).toEqual(old.map(idOf));
    expect(txids(pool)).toEqual([idOf(better)]);
  });

  it('needs a signal where the operator wants that: txn-mempool-conflict', async () => {
    const pool = await testPool({ options: { fullRbf: false } });
    const [coin, other] = [pool.coin(), pool.coin()];
    await mustAccept(pool, spendCoins([coin], { sequence: 0xfffffffe }));
    await mustAccept(pool, spendCoins([other], { sequence: 0xfffffffd }));
    const refused = await pool.mempool.accept(spendCoins([coin], { fee: 9_000n }));
    expect(reasonOf(refused)).toBe('txn-mempool-conflict');
    await mustAccept(pool, spendCoins([other], { fee: 9_000n }));
  });

  it('pays a higher rate than each that it conflicts with: insufficient fee', async () => {
    const pool = await testPool();
    const coin = pool.coin();
    await mustAccept(pool, spendCoins([coin], { fee: 960n }));
    const rival = spendCoins([coin], { fee: 960n });
    const same = { ...rival, lockTime: 1 };
    expect(await pool.mempool.accept(same)).toMatchObject({
      error: {
        message: `insufficient fee, rejecting replacement ${idOf(same)}; new feerate 0.00010000 BTC/kvB <= old feerate 0.00010000 BTC/kvB`,
      },
      reject: 'reconsiderable',
    });
  });

  it('pays for all that it puts out, and for itself: insufficient fee', async () => {
    const pool = await testPool();
    const coin = pool.coin();
    await mustAccept(pool, ...chainOf(coin, 2));
    const less = spendCoins([coin], { fee: 1_999n });
    expect(reasonOf(await pool.mempool.accept(less))).toBe(
      `insufficient fee, rejecting replacement ${idOf(less)}, less fees than conflicting txs; 0.00001999 < 0.00002`,
    );
    const little = spendCoins([coin], { fee: 2_095n });
    expect(reasonOf(await pool.mempool.accept(little))).toBe(
      `insufficient fee, rejecting replacement ${idOf(little)}, not enough additional fees to relay; 0.00000095 < 0.00000096`,
    );
    await mustAccept(pool, spendCoins([coin], { fee: 2_096n }));
  });

  it('puts out 100 at most: too many potential replacements', async () => {
    const pool = await testPool();
    const coins = Array.from({ length: 5 }, () => pool.coin());
    for (const coin of coins.slice(0, 4)) await mustAccept(pool, ...chainOf(coin, 25));
    const one = coins[4];
    if (one === undefined) throw new Error('no coin');
    await mustAccept(pool, spendCoins([one]));
    const all = spendCoins(coins, { fee: 900_000n });
    expect(await pool.mempool.accept(all)).toMatchObject({
      error: {
        message: `too many potential replacements, rejecting replacement ${idOf(all)}; too many potential replacements (101 > 100)\n`,
      },
      reject: 'mempool-policy',
    });
    await mustAccept(pool, spendCoins(coins.slice(0, 4), { fee: 900_000n }));
    expect(pool.mempool.size).toBe(2);
  });

  it('waits for nothing new: replacement-adds-unconfirmed', async () => {
    const pool = await testPool();
    const [coin, other] = [pool.coin(), pool.coin()];
    const parent = spendCoins([other]);
    await mustAccept(pool, spendCoins([coin]), parent);
    const tx = spendCoins([coin, outputOf(parent)], { fee: 9_000n });
    expect(reasonOf(await pool.mempool.accept(tx))).toBe(
      `replacement-adds-unconfirmed, replacement ${idOf(tx)} adds unconfirmed input, idx 1`,
    );
  });

  it('does not spend what it puts out: bad-txns-spends-conflicting-tx', async () => {
    const pool = await testPool();
    const coin = pool.coin();
    const parent = spendCoins([coin]);
    await mustAccept(pool, parent);
    const tx = spendCoins([coin, outputOf(parent)], { fee: 9_000n });
    expect(await pool.mempool.accept(tx)).toMatchObject({
      error: {
        message: `bad-txns-spends-conflicting-tx, ${idOf(tx)} spends conflicting transaction ${idOf(parent)}`,
        verdict: 'invalid',
      },
      reject: 'consensus',
    });
  });

  it('may take the last place of a family: what it puts out does not count', async () => {
    const pool = await testPool();
    const parent = spendCoins([pool.coin()], { outputs: 25, fee: 5_000n });
    await mustAccept(pool, parent);
    for (let i = 0; i < 24; i++) await mustAccept(pool, spendCoins([outputOf(parent, i)]));
    await mustAccept(pool, spendCoins([outputOf(parent, 3)], { fee: 3_000n }));
    expect(pool.mempool.get(txid(parent))?.descendantCount).toBe(25);
  });
});

describe('version 3: TRUC-violation', () => {
  it('is a family of two', async () => {
    const pool = await testPool();
    const [parent, child, grandchild] = chainOf(pool.coin(), 3, TRUC);
    if (!parent || !child || !grandchild) throw new Error('no chain');
    await mustAccept(pool, parent, child);
    expect(await pool.mempool.accept(grandchild)).toMatchObject({
      error: { code: 'TRUC-violation' },
      reject: 'mempool-policy',
    });
  });

  it('is spent by version 3 only, and spends nothing else', async () => {
    const pool = await testPool();
    const [three, two] = [spendCoins([pool.coin()], TRUC), spendCoins([pool.coin()])];
    await mustAccept(pool, three, two);
    for (const tx of [spendCoins([outputOf(three)]), spendCoins([outputOf(two)], TRUC)]) {
      expect(await pool.mempool.accept(tx)).toMatchObject({ error: { code: 'TRUC-violation' } });
    }
  });

  it('lets a child put out its sibling, if it pays for it', async () => {
    const pool = await testPool();
    const parent = spendCoins([pool.coin()], { ...TRUC, outputs: 2 });
    const first = spendCoins([outputOf(parent, 0)], TRUC);
    await mustAccept(pool, parent, first);
    const poor = spendCoins([outputOf(parent, 1)], { ...TRUC, fee: 1_050n });
    expect(await pool.mempool.accept(poor)).toMatchObject({
      error: { code: 'insufficient fee (including sibling eviction)' },
    });
    const second = spendCoins([outputOf(parent, 1)], { ...TRUC, fee: 2_000n });
    const result = await pool.mempool.accept(second);
    if (result.kind !== 'accepted') throw result.error;
    expect(result.replaced.map(({ tx }) => idOf(tx))).toEqual([idOf(first)]);
    expect(txids(pool)).toEqual([idOf(parent), idOf(second)].sort());
  });
});
