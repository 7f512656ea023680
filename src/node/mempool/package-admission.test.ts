import { describe, expect, it } from 'vitest';
import {
  chainOf,
  mustAccept,
  outputOf,
  spendCoins,
  type TestPool,
  testPool,
} from '../../../test/fixtures/mempool-maker.ts';
import type { Transaction } from '../../protocol/primitives/transaction.ts';
import type { MempoolEvent } from './mempool-event.ts';
import type { PackageResult } from './mempool-results.ts';

const TRUC = { version: 3 };

/** A parent that pays little, and a child that pays for both. */
function family(
  pool: TestPool,
  parentFee: bigint,
  childFee: bigint,
  wishes = TRUC,
): [Transaction, Transaction] {
  const parent = spendCoins([pool.coin()], { ...wishes, fee: parentFee });
  return [parent, spendCoins([outputOf(parent)], { ...wishes, fee: childFee })];
}

function reasons({ results }: PackageResult): readonly string[] {
  return results.map((result) => (result.kind === 'rejected' ? result.error.message : result.kind));
}

describe('a package is refused as a whole', () => {
  it('of more than 25, or more than 404,000 weight', async () => {
    const pool = await testPool({ options: { maxDataCarrierBytes: 100_000 } });
    const many = Array.from({ length: 26 }, () => spendCoins([pool.coin()]));
    const result = await pool.mempool.acceptPackage(many);
    expect(result.error?.code).toBe('package-too-many-transactions');
    expect(new Set(reasons(result))).toEqual(new Set(['package-not-validated']));
    const large = [1, 2].map(() => spendCoins([pool.coin()], { padding: 51_000, fee: 60_000n }));
    expect((await pool.mempool.acceptPackage(large)).error?.code).toBe('package-too-large');
  });

  it('with the same twice, a child before its parent, or rivals', async () => {
    const pool = await testPool();
    const coin = pool.coin();
    const [parent, child] = chainOf(coin, 2);
    if (!parent || !child) throw new Error('no chain');
    const rival = spendCoins([coin], { fee: 2_000n });
    const { mempool } = pool;
    const code = async (...txs: Transaction[]): Promise<string | undefined> =>
      (await mempool.acceptPackage(txs)).error?.code;
    expect(await code(parent, parent)).toBe('package-contains-duplicates');
    expect(await code(child, parent)).toBe('package-not-sorted');
    expect(await code(parent, rival)).toBe('conflict-in-package');
  });

  it('that is not a child with all of its unconfirmed parents', async () => {
    const pool = await testPool();
    const chain = chainOf(pool.coin(), 3);
    expect((await pool.mempool.acceptPackage(chain)).error?.code).toBe(
      'package-not-child-with-parents',
    );
    await mustAccept(pool, ...chain.slice(0, 1));
    const other = spendCoins([pool.coin()]);
    const child = spendCoins([outputOf(other), outputOf(chain[0] as Transaction)]);
    expect((await pool.mempool.acceptPackage([other, child])).error?.code).toBe(
      'package-not-child-with-unconfirmed-parents',
    );
    expect(pool.mempool.size).toBe(1);
  });
});

describe('a child pays for its parent', () => {
  it('that would not get in alone', async () => {
    const pool = await testPool();
    const events: MempoolEvent[] = [];
    pool.mempool.on((event) => events.push(event));
    const both = family(pool, 0n, 500n);
    const { error, results } = await pool.mempool.acceptPackage(both);
    expect(error).toBeUndefined();
    const [first, second] = results;
    // 500 satoshis for two of 96 virtual bytes.
    expect(first).toMatchObject({ kind: 'accepted', effectiveFeeRate: 2_604n });
    if (first?.kind !== 'accepted' || second?.kind !== 'accepted') throw new Error('refused');
    expect(first.effectiveIncludes).toEqual([first.entry, second.entry]);
    expect(events.map(({ kind }) => kind)).toEqual(['added', 'added']);
  });

  it('but for none below the relay minimum, unless it is version 3', async () => {
    const pool = await testPool();
    const result = await pool.mempool.acceptPackage(family(pool, 0n, 500n, { version: 2 }));
    expect(result.error?.code).toBe('transaction failed');
    expect(reasons(result)).toEqual([
      'min relay fee not met, 0 < 96',
      'bad-txns-inputs-missingorspent',
    ]);
  });

  it('if it pays enough for both', async () => {
    const pool = await testPool();
    const result = await pool.mempool.acceptPackage(family(pool, 0n, 150n));
    expect(result.error?.code).toBe('transaction failed');
    expect(reasons(result)).toEqual([
      'min relay fee not met, 0 < 96',
      'min relay fee not met, 150 < 192',
    ]);
    expect(pool.mempool.size).toBe(0);
  });

  it('and its fee is not used where the parent pays for itself, or is there already', async () => {
    const pool = await testPool();
    const both = family(pool, 960n, 480n);
    expect((await pool.mempool.acceptPackage(both)).results).toMatchObject([
      { kind: 'accepted', effectiveFeeRate: 10_000n },
      { kind: 'accepted', effectiveFeeRate: 5_000n },
    ]);
    expect((await pool.mempool.acceptPackage(both)).results).toMatchObject([
      { kind: 'in-pool' },
      { kind: 'in-pool' },
    ]);
    const [parent] = both;
    const inputs = parent.inputs.map((input) => ({
      ...input,
      witness: [Uint8Array.of(1), ...input.witness],
    }));
    expect((await pool.mempool.acceptPackage([{ ...parent, inputs }])).results).toMatchObject([
      { kind: 'different-witness' },
    ]);
  });

  it('when the minimum of a full pool is above what the parent pays', async () => {
    const pool = await testPool({ options: { maxBytes: 12_000 } });
    while (pool.mempool.minFeeRate() === 0n) {
      const size = pool.mempool.size;
      await pool.mempool.accept(spendCoins([pool.coin()], { fee: 5_000n + BigInt(size) }));
    }
    const both = family(pool, 200n, 50_000n, { version: 2 });
    const result = await pool.mempool.acceptPackage(both);
    expect(reasons(result)).toEqual(['accepted', 'accepted']);
  });
});

describe('a package replaces', () => {
  it('what its parent alone pays too little for', async () => {
    const pool = await testPool();
    const coin = pool.coin();
    const old = spendCoins([coin], { fee: 1_000n });
    await mustAccept(pool, old);
    const parent = spendCoins([coin], { ...TRUC, fee: 200n });
    const child = spendCoins([outputOf(parent)], { ...TRUC, fee: 3_000n });
    const result = await pool.mempool.acceptPackage([parent, child]);
    expect(result.error).toBeUndefined();
    expect(result.replaced.map(({ tx }) => tx)).toEqual([old]);
    expect(pool.mempool.size).toBe(2);
  });

  it('nothing, if it pays too little together', async () => {
    const pool = await testPool();
    const coin = pool.coin();
    await mustAccept(pool, spendCoins([coin], { fee: 4_000n }));
    const parent = spendCoins([coin], { ...TRUC, fee: 200n });
    const child = spendCoins([outputOf(parent)], { ...TRUC, fee: 3_000n });
    const result = await pool.mempool.acceptPackage([parent, child]);
    expect(result.error?.code).toBe('package RBF failed: insufficient anti-DoS fees');
    expect(pool.mempool.size).toBe(1);
  });
});

describe('a test of several', () => {
  it('says what would become of each, and changes nothing', async () => {
    const pool = await testPool();
    const chain = chainOf(pool.coin(), 3);
    const { error, results } = await pool.mempool.acceptPackage(chain, { testOnly: true });
    expect(error).toBeUndefined();
    expect(results.map(({ kind }) => kind)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(pool.mempool.size).toBe(0);
  });

  it('ends with the first that fails', async () => {
    const pool = await testPool();
    const [parent, child, grandchild] = chainOf(pool.coin(), 3);
    if (!parent || !child || !grandchild) throw new Error('no chain');
    const poor = spendCoins([outputOf(parent)], { fee: 0n });
    const last = spendCoins([outputOf(poor)]);
    const result = await pool.mempool.acceptPackage([parent, poor, last], { testOnly: true });
    expect(result.error?.code).toBe('transaction failed');
    expect(reasons(result)).toEqual([
      'package-not-validated',
      'min relay fee not met, 0 < 96',
      'package-not-validated',
    ]);
  });

  it('tells of those whose scripts were right before one whose are not', async () => {
    const pool = await testPool();
    const [good, other, last] = [pool.coin(), pool.coin(), pool.coin()].map((coin) =>
      spendCoins([coin]),
    );
    if (!good || !other || !last) throw new Error('no transactions');
    const wrong = other.inputs.map((input) => ({ ...input, witness: [Uint8Array.of(0x52)] }));
    const bad = { ...other, inputs: wrong };
    const result = await pool.mempool.acceptPackage([good, bad, last], { testOnly: true });
    expect(result.error?.code).toBe('transaction failed');
    expect(reasons(result)).toEqual([
      'accepted',
      'mandatory-script-verify-flag-failed (Witness program hash mismatch)',
      'package-not-validated',
    ]);
  });

  it('replaces nothing: bip125-replacement-disallowed', async () => {
    const pool = await testPool();
    const coin = pool.coin();
    await mustAccept(pool, spendCoins([coin]));
    const both = chainOf(coin, 2, { fee: 9_000n });
    const result = await pool.mempool.acceptPackage(both, { testOnly: true });
    expect(reasons(result)[0]).toBe('bip125-replacement-disallowed');
  });

  it('stands for one as well, which may replace', async () => {
    const pool = await testPool();
    const coin = pool.coin();
    await mustAccept(pool, spendCoins([coin]));
    const better = spendCoins([coin], { fee: 9_000n });
    const one = await pool.mempool.acceptPackage([better], { testOnly: true });
    expect(reasons(one)).toEqual(['accepted']);
    const limited = await pool.mempool.acceptPackage([better], {
      testOnly: true,
      maxFeeRate: 1_000n,
    });
    expect(reasons(limited)).toEqual(['max-fee-exceeded']);
  });

  it('asks for the limits of the whole: package-mempool-limits', async () => {
    const pool = await testPool();
    const chain = chainOf(pool.coin(), 26);
    await mustAccept(pool, ...chain.slice(0, 20));
    const result = await pool.mempool.acceptPackage(chain.slice(20), { testOnly: true });
    expect(result.error?.code).toBe('package-mempool-limits');
  });
});
