import { describe, expect, it } from 'vitest';
import { blockOn, quickRegtest } from '../../../test/fixtures/block-maker.ts';
import {
  ANYONE,
  chainOf,
  mustAccept,
  outputOf,
  reasonOf,
  spendCoins,
  testPool,
} from '../../../test/fixtures/mempool-maker.ts';
import { pay, payment } from '../../../test/fixtures/regtest-blocks.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import { scriptFlagsAt } from '../../protocol/consensus/block-script-flags.ts';
import { regtest } from '../../protocol/params/regtest.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';
import type { MempoolEvent } from './mempool-event.ts';

/** Coinbases can be spent two blocks later. */
const slowRegtest = {
  ...quickRegtest,
  consensus: { ...quickRegtest.consensus, coinbaseMaturity: 2 },
};
const FINAL = 0xffffffff;
/** OP_TRUE, pushed. */
const TRUE = Uint8Array.of(0x51);

describe('a transaction that is as it should be', () => {
  it('is taken in, found by every name, and announced', async () => {
    const pool = await testPool();
    const events: MempoolEvent[] = [];
    pool.mempool.on((event) => events.push(event));
    const coin = pool.coin();
    const tx = spendCoins([coin], { fee: 500n });
    const result = await pool.mempool.accept(tx);
    if (result.kind !== 'accepted') throw result.error;
    const { entry } = result;
    expect(entry).toMatchObject({ fee: 500n, modifiedFee: 500n, ancestorCount: 1, height: 2 });
    expect(pool.mempool.get(txid(tx))).toBe(entry);
    expect(pool.mempool.getByWtxid(entry.wtxid)).toBe(entry);
    expect(pool.mempool.spender(coin.outPoint)).toBe(entry);
    expect((await pool.mempool.coin(outputOf(tx).outPoint))?.output.value).toBe(9_999_500n);
    expect((await pool.mempool.coin(coin.outPoint))?.height).toBe(2);
    expect(pool.mempool.size).toBe(1);
    expect(events).toEqual([{ kind: 'added', entry, sequence: 1 }]);
  });

  it('is only looked at in a test', async () => {
    const pool = await testPool();
    const result = await pool.mempool.accept(spendCoins([pool.coin()]), { testOnly: true });
    expect(result.kind).toBe('accepted');
    expect(pool.mempool.size).toBe(0);
    expect(pool.mempool.sequence).toBe(1);
  });

  it('is not verified again by the block that has it', async () => {
    const pool = await testPool();
    const tx = spendCoins([pool.coin()]);
    await mustAccept(pool, tx);
    const flags = scriptFlagsAt(3, regtest.consensus);
    expect(pool.scriptCache.has(tx, flags)).toBe(true);
  });

  it('is judged in its turn, however many come at once', async () => {
    const pool = await testPool();
    const coins = [pool.coin(), pool.coin()];
    const rivals = [1_000n, 1_001n, 1_002n].map((fee) => spendCoins(coins, { fee }));
    const children = spendCoins([outputOf(rivals[0] as (typeof rivals)[0])]);
    const results = await Promise.all([...rivals, children].map((tx) => pool.mempool.accept(tx)));
    expect(results.map(({ kind }) => kind)).toEqual([
      'accepted',
      'rejected',
      'rejected',
      'accepted',
    ]);
  });

  it('is judged before its child, though it takes longer', async () => {
    const pool = await testPool({ coins: 70 });
    const slow = spendCoins(pool.coins, { fee: 10_000n });
    const child = spendCoins([outputOf(slow)]);
    const results = await Promise.all([slow, child].map((tx) => pool.mempool.accept(tx)));
    expect(results.map(reasonOf)).toEqual(['accepted', 'accepted']);
    const last = slow.inputs.at(-1);
    if (last === undefined) throw new Error('no input');
    const wrong = { ...slow, inputs: [...slow.inputs.slice(0, -1), { ...last, witness: [] }] };
    const again = await testPool({ coins: 70 });
    expect(await again.mempool.accept(wrong)).toMatchObject({
      error: {
        code: 'mandatory-script-verify-flag-failed (Witness program was passed an empty witness)',
      },
      reject: 'consensus',
    });
  });

  it('counts as paying what somebody added to it, before or after it came', async () => {
    const pool = await testPool();
    const poor = spendCoins([pool.coin()], { fee: 0n });
    expect(reasonOf(await pool.mempool.accept(poor))).toBe('min relay fee not met, 0 < 96');
    pool.mempool.prioritise(txid(poor), 5_000n);
    await mustAccept(pool, poor);
    pool.mempool.prioritise(txid(poor), -1_000n);
    expect(pool.mempool.get(txid(poor))).toMatchObject({ fee: 0n, modifiedFee: 4_000n });
    expect([...pool.mempool.deltas()]).toEqual([[txid(poor), 4_000n]]);
  });
});

describe('a transaction is refused', () => {
  it('that breaks a rule by itself: bad-txns-vout-empty, coinbase, tx-size-small', async () => {
    const { mempool, coins, tip } = await testPool();
    const [coin] = coins;
    if (coin === undefined) throw new Error('no coin');
    const none = payment([coin.outPoint], []);
    expect(reasonOf(await mempool.accept(none))).toBe('bad-txns-vout-empty');
    const [coinbase] = tip.block.transactions;
    if (coinbase === undefined) throw new Error('no coinbase');
    expect(await mempool.accept(coinbase)).toMatchObject({
      error: { code: 'coinbase' },
      reject: 'consensus',
    });
    const small = payment([coin.outPoint], [pay(0n, Uint8Array.of(0x6a))]);
    expect(reasonOf(await mempool.accept(small))).toBe('tx-size-small');
  });

  it('that is here already, with the same witness or another', async () => {
    const pool = await testPool();
    const tx = spendCoins([pool.coin()]);
    await mustAccept(pool, tx);
    expect(await pool.mempool.accept(tx)).toMatchObject({
      error: { code: 'txn-already-in-mempool', verdict: 'policy' },
      reject: 'conflict',
    });
    const inputs = tx.inputs.map((input) => ({ ...input, witness: [TRUE, TRUE] }));
    expect(reasonOf(await pool.mempool.accept({ ...tx, inputs }))).toBe(
      'txn-same-nonwitness-data-in-mempool',
    );
  });

  it('that a block has: txn-already-known', async () => {
    const pool = await testPool();
    const tx = spendCoins([pool.coin()]);
    await pool.mine([tx]);
    expect(reasonOf(await pool.mempool.accept(tx))).toBe('txn-already-known');
  });

  it('whose coins nobody knows: bad-txns-inputs-missingorspent, and which', async () => {
    const pool = await testPool();
    const known = pool.coin();
    const unknown = { txid: new Uint8Array(32).fill(7) as Txid, vout: 3 };
    const tx = spendCoins([known, { outPoint: unknown, value: 1_000n }]);
    expect(await pool.mempool.accept(tx)).toMatchObject({
      error: { code: 'bad-txns-inputs-missingorspent', verdict: 'missing-parent' },
      reject: 'missing-inputs',
      missing: [unknown],
    });
  });

  it('before its lock time: non-final', async () => {
    const pool = await testPool();
    const locked = { sequence: 0, lockTime: 3 };
    const tx = spendCoins([pool.coin()], locked);
    expect(await pool.mempool.accept(tx)).toMatchObject({
      error: { code: 'non-final', verdict: 'not-yet' },
      reject: 'premature-spend',
    });
    await pool.mine();
    await mustAccept(pool, tx);
  });

  it('before its relative lock time: non-BIP68-final', async () => {
    const pool = await testPool();
    const tx = spendCoins([pool.coin()], { sequence: 2 });
    expect(reasonOf(await pool.mempool.accept(tx))).toBe('non-BIP68-final');
    await pool.mine();
    await mustAccept(pool, tx);
    const child = spendCoins([outputOf(tx)], { sequence: 1 });
    expect(reasonOf(await pool.mempool.accept(child))).toBe('non-BIP68-final');
    await mustAccept(pool, spendCoins([outputOf(tx)], { sequence: 0 }));
  });

  it('that spends a coinbase too early', async () => {
    const pool = await testPool({ params: slowRegtest });
    const tx = payment([pool.tip.coinbase], [pay(1_000n, ANYONE)]);
    expect(await pool.mempool.accept(tx)).toMatchObject({
      error: {
        code: 'bad-txns-premature-spend-of-coinbase',
        details: 'tried to spend coinbase at depth 1',
      },
      reject: 'premature-spend',
    });
  });

  it('that creates money: bad-txns-in-belowout', async () => {
    const pool = await testPool();
    const result = await pool.mempool.accept(spendCoins([pool.coin()], { fee: -1n }));
    expect(result).toMatchObject({ error: { code: 'bad-txns-in-belowout' }, reject: 'consensus' });
  });

  it('that pays too little, or more than its maker meant', async () => {
    const pool = await testPool();
    const coin = pool.coin();
    // Its weight is 381: 96 virtual bytes.
    const poor = await pool.mempool.accept(spendCoins([coin], { fee: 95n }));
    expect(poor).toMatchObject({
      error: { message: 'min relay fee not met, 95 < 96' },
      reject: 'mempool-policy',
    });
    const rich = spendCoins([coin], { fee: 9_601n });
    const refused = await pool.mempool.accept(rich, { maxFeeRate: 100_000n });
    expect(reasonOf(refused)).toBe('max-fee-exceeded');
    expect((await pool.mempool.accept(rich, { maxFeeRate: 100_011n })).kind).toBe('accepted');
  });

  it('whose scripts fail, for a block as well or only here', async () => {
    const pool = await testPool({ options: { requireStandard: false } });
    const coin = pool.coin();
    const wrong = spendCoins([coin], { witness: [Uint8Array.of(0x52)] });
    expect(await pool.mempool.accept(wrong)).toMatchObject({
      error: {
        code: 'mandatory-script-verify-flag-failed (Witness program hash mismatch)',
        verdict: 'invalid',
      },
      reject: 'consensus',
    });
    const stripped = spendCoins([coin], { witness: [] });
    expect(await pool.mempool.accept(stripped)).toMatchObject({
      error: { verdict: 'mutated' },
      reject: 'witness-stripped',
    });
    // OP_NOP10 may get a meaning one day.
    const [funding] = [payment([coin.outPoint], [pay(9_000_000n, Uint8Array.of(0xb9, 0x51))])];
    const funded = {
      ...funding,
      inputs: funding.inputs.map((input) => ({ ...input, witness: [TRUE] })),
    };
    await pool.mine([funded]);
    const upgradable = payment([outputOf(funded).outPoint], [pay(8_000_000n, ANYONE)]);
    expect(await pool.mempool.accept(upgradable)).toMatchObject({
      error: {
        code: 'non-mandatory-script-verify-flag (NOPx reserved for soft-fork upgrades)',
        verdict: 'policy',
      },
      reject: 'not-standard',
    });
  });
});

describe('families have limits: too-long-mempool-chain', () => {
  it('of 25 ancestors, itself included', async () => {
    const pool = await testPool();
    const chain = chainOf(pool.coin(), 26);
    await mustAccept(pool, ...chain.slice(0, 25));
    const last = await pool.mempool.accept(chain[25] as (typeof chain)[0]);
    expect(last).toMatchObject({
      error: { message: 'too-long-mempool-chain, too many unconfirmed ancestors [limit: 25]' },
      reject: 'mempool-policy',
    });
  });

  it('of 25 parents', async () => {
    const pool = await testPool();
    const parents = Array.from({ length: 25 }, () => spendCoins([pool.coin()]));
    await mustAccept(pool, ...parents);
    const child = spendCoins(
      parents.map((tx) => outputOf(tx)),
      { fee: 10_000n },
    );
    expect(reasonOf(await pool.mempool.accept(child))).toBe(
      'too-long-mempool-chain, too many unconfirmed parents [limit: 25]',
    );
  });

  it('of 25 descendants, but for one small child: the carve-out', async () => {
    const pool = await testPool({ options: { maxDataCarrierBytes: 100_000 } });
    const parent = spendCoins([pool.coin()], { outputs: 30, fee: 5_000n });
    await mustAccept(pool, parent);
    for (let i = 0; i < 24; i++) await mustAccept(pool, spendCoins([outputOf(parent, i)]));
    const large = spendCoins([outputOf(parent, 24)], { fee: 20_000n, padding: 10_001 });
    const problem = `too many descendants for tx ${toReversedHex(txid(parent))} [limit: 25]`;
    expect(reasonOf(await pool.mempool.accept(large))).toBe(`too-long-mempool-chain, ${problem}`);
    await mustAccept(pool, spendCoins([outputOf(parent, 25)]));
    const another = await pool.mempool.accept(spendCoins([outputOf(parent, 26)]));
    expect(reasonOf(another)).toBe(`too-long-mempool-chain, ${problem}`);
  });

  it('of 101,000 virtual bytes of ancestors and descendants', async () => {
    const pool = await testPool({ options: { maxDataCarrierBytes: 100_000 } });
    const big = { fee: 100_000n, padding: 50_500 };
    const parent = spendCoins([pool.coin()], { ...big, outputs: 2 });
    await mustAccept(pool, parent);
    const child = await pool.mempool.accept(spendCoins([outputOf(parent)], big));
    const shown = toReversedHex(txid(parent));
    expect(reasonOf(child)).toBe(
      `too-long-mempool-chain, exceeds descendant size limit for tx ${shown} [limit: 101000]`,
    );
    const other = spendCoins([pool.coin()], big);
    await mustAccept(pool, other);
  });
});

describe('what is in the pool', () => {
  it('expires after 336 hours, with all that depends on it', async () => {
    const pool = await testPool();
    const [old, child] = chainOf(pool.coin(), 2);
    if (old === undefined || child === undefined) throw new Error('no chain');
    await mustAccept(pool, old);
    pool.clock.freeze((1_700_000_000 + 336 * 3600) * 1000);
    await mustAccept(pool, child, spendCoins([pool.coin()]));
    expect(pool.mempool.size).toBe(3);
    const events: MempoolEvent[] = [];
    pool.mempool.on((event) => events.push(event));
    pool.clock.freeze((1_700_000_000 + 336 * 3600 + 1) * 1000);
    await mustAccept(pool, spendCoins([pool.coin()]));
    expect(events.map((event) => (event.kind === 'removed' ? event.reason : 'added'))).toEqual([
      'expired',
      'expired',
      'added',
    ]);
    expect(pool.mempool.size).toBe(2);
  });

  it('leaves when it pays least and there is no room, and the minimum rises', async () => {
    const lines: string[] = [];
    const log = Object.assign((_: string, __: string, line: string) => void lines.push(line), {});
    const pool = await testPool({ options: { maxBytes: 12_000 }, log });
    const fees = [3_000n, 1_000n, 2_000n, 4_000n];
    const txs = fees.map((fee) => spendCoins([pool.coin()], { fee }));
    const outcomes: string[] = [];
    for (const tx of txs) outcomes.push(reasonOf(await pool.mempool.accept(tx)));
    while (pool.mempool.get(txid(txs[1] as (typeof txs)[0])) !== undefined) {
      await mustAccept(pool, spendCoins([pool.coin()], { fee: 5_000n }));
    }
    expect(pool.mempool.usageBytes).toBeLessThanOrEqual(12_000);
    expect(pool.mempool.get(txid(txs[3] as (typeof txs)[0]))).toBeDefined();
    const minimum = pool.mempool.minFeeRate();
    expect(minimum).toBeGreaterThan(1_000n);
    const removals = lines.filter((line) => line.startsWith('Removed'));
    expect(removals.at(-1)).toMatch(
      /^Removed 1 txn, rolling minimum fee bumped to 0\.000\d{5} BTC\/kvB$/,
    );
    const late = await pool.mempool.accept(spendCoins([pool.coin()], { fee: 200n }));
    expect(late).toMatchObject({
      error: { code: 'mempool min fee not met' },
      reject: 'reconsiderable',
    });
  });

  it('is refused as mempool full when it is what pays least itself', async () => {
    const pool = await testPool({ options: { maxBytes: 5_000 } });
    await mustAccept(pool, spendCoins([pool.coin()], { fee: 5_000n }));
    const events: MempoolEvent[] = [];
    pool.mempool.on((event) => events.push(event));
    let result = await pool.mempool.accept(spendCoins([pool.coin()], { fee: 4_000n }));
    if (result.kind === 'accepted') {
      result = await pool.mempool.accept(spendCoins([pool.coin()], { fee: 3_000n }));
    }
    expect(result).toMatchObject({ error: { code: 'mempool full' }, reject: 'reconsiderable' });
    expect(events.every(({ kind }) => kind === 'added')).toBe(true);
  });
});

describe('a block', () => {
  it('takes out what it has and what contradicts it, and leaves the children', async () => {
    const pool = await testPool();
    const [coin, other] = [pool.coin(), pool.coin()];
    const [parent, child] = chainOf(coin, 2);
    const rival = spendCoins([other]);
    const rivalChild = spendCoins([outputOf(rival)]);
    if (parent === undefined || child === undefined) throw new Error('no chain');
    await mustAccept(pool, parent, child, rival, rivalChild);
    const reasons: string[] = [];
    pool.mempool.on((event) => {
      if (event.kind === 'removed') reasons.push(event.reason);
    });
    await pool.mine([parent, spendCoins([other], { fee: 7n })]);
    expect(reasons).toEqual(['block', 'conflict', 'conflict']);
    expect([...pool.mempool.entries()].map((entry) => entry.txid)).toEqual([txid(child)]);
    expect(pool.mempool.get(txid(child))).toMatchObject({ ancestorCount: 1, ancestorFees: 1_000n });
  });

  it('on another branch brings its transactions back, in front of their children', async () => {
    const pool = await testPool();
    const [parent, child, grandchild] = chainOf(pool.coin(), 3);
    if (!parent || !child || !grandchild) throw new Error('no chain');
    const fork = pool.tip;
    await pool.mine([parent, child]);
    await mustAccept(pool, grandchild);
    expect(pool.mempool.get(txid(grandchild))?.ancestorCount).toBe(1);
    await reorganise(pool, fork, 2);
    expect(pool.mempool.size).toBe(3);
    expect(pool.mempool.get(txid(parent))).toMatchObject({ descendantCount: 3, sequence: 0 });
    expect(pool.mempool.get(txid(grandchild))).toMatchObject({
      ancestorCount: 3,
      ancestorFees: 3_000n,
    });
  });

  it('on another branch takes away what relied on the one before', async () => {
    const pool = await testPool({ options: { requireStandard: false } });
    const fork = pool.tip;
    const lost = await pool.mine();
    const fromCoinbase = payment([lost.coinbase], [pay(4_999_990_000n, ANYONE)]);
    const late = spendCoins([pool.coin()], { sequence: 0, lockTime: 3 });
    const stays = spendCoins([pool.coin()], { sequence: FINAL });
    await mustAccept(pool, fromCoinbase, spendCoins([outputOf(fromCoinbase)]), late, stays);
    await pool.chain.invalidateBlock(lost.hash);
    expect(pool.chain.tip.height).toBe(fork.height);
    expect([...pool.mempool.entries()].map((entry) => entry.txid)).toEqual([txid(stays)]);
  });
});

/** Lets a longer branch win from a block on. */
async function reorganise(
  pool: Awaited<ReturnType<typeof testPool>>,
  fork: Parameters<typeof blockOn>[0],
  length: number,
): Promise<void> {
  let last = fork;
  for (let i = 0; i < length; i++) {
    last = blockOn(last, { extra: 1 });
    await pool.chain.processBlock(last.raw);
  }
  pool.tip = last;
}
