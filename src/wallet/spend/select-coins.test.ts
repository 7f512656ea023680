import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { changeTerms } from './change-terms.ts';
import { DEFAULT_RATES, effectiveValue, type SpendableCoin } from './coin-input.ts';
import { CHANGE, coin, TR } from './fake-coins.ts';
import { PaymentError } from './payment-error.ts';
import { selectCoins } from './select-coins.ts';
import { totalAmount } from './selection-goal.ts';

const rates = { ...DEFAULT_RATES, feeRate: 10_000n };
const COST = 680n;

function goal(target: bigint, changes: Partial<Parameters<typeof selectCoins>[1]> = {}) {
  return {
    ...{ target, rates, change: changeTerms(CHANGE, rates) },
    ...{ feeIsSubtracted: false, avoidPartialSpends: false, maxWeight: 399_000 },
    ...changes,
  };
}

const select = (
  coins: readonly SpendableCoin[],
  wanted: ReturnType<typeof goal>,
  seed = 'selection',
) => selectCoins(coins, wanted, new SeededEntropy(seed));

const valuesOf = ({ groups }: ReturnType<typeof select>): readonly bigint[] =>
  groups.flatMap(({ coins }) => coins.map(({ output }) => output.value));

function failureOf(call: () => unknown): PaymentError {
  try {
    call();
  } catch (error) {
    if (error instanceof PaymentError) return error;
    throw error;
  }
  throw new Error('a selection was found');
}

describe('selecting coins', () => {
  it('takes what fits exactly rather than what leaves change', () => {
    const coins = [coin(1_000_000n), coin(100_000n + COST), coin(50_000n + COST)];
    const chosen = select(coins, goal(150_000n));
    expect(chosen.algorithm).toBe('bnb');
    expect(valuesOf(chosen)).toEqual([100_680n, 50_680n]);
    expect(chosen.waste).toBe(0n);
  });

  it('makes no change of coins that are worth exactly what recipients share with the fee', () => {
    const coins = [1n, 1n, 1n].map((millions) => coin(millions * 1_000_000n));
    const chosen = select(coins, goal(2_000_000n, { feeIsSubtracted: true }));
    expect(valuesOf(chosen)).toEqual([1_000_000n, 1_000_000n]);
    // A satoshi more would go to the recipients.
    const over = select(coins, goal(1_999_999n, { feeIsSubtracted: true }));
    expect([over.algorithm, over.groups.length]).toEqual(['srd', 3]);
  });

  it('draws where nothing fits, and leaves change that is worth having', () => {
    const coins = [coin(1_000_000n), coin(2_000_000n), coin(3_000_000n)];
    const chosen = select(coins, goal(150_000n));
    expect(chosen.algorithm).toBe('srd');
    expect(totalAmount(chosen.groups)).toBeGreaterThanOrEqual(150_000n + 50_000n + 310n);
  });

  it('pays with whatever there is where change cannot be comfortable', () => {
    for (const over of [0n, 1n, 900n, 1_200n, 30_000n]) {
      expect(valuesOf(select([coin(100_000n + COST + over)], goal(100_000n)))).toHaveLength(1);
    }
  });

  it('is the same every time with the same chance', () => {
    const coins = Array.from({ length: 40 }, (_, i) => coin(BigInt(30_011 * (i + 1))));
    const once = valuesOf(select(coins, goal(1_000_003n), 'a'));
    expect(valuesOf(select(coins, goal(1_000_003n), 'a'))).toEqual(once);
    const others = ['b', 'c', 'd'].map((seed) => valuesOf(select(coins, goal(1_000_003n), seed)));
    expect(others.some((other) => String(other) !== String(once))).toBe(true);
  });

  it('finds a payment for all that the coins are worth, and for no satoshi more', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt(1n, 200_000n), { minLength: 1, maxLength: 12 }),
        fc.bigInt(1n, 800_000n),
        fc.boolean(),
        (values, target, feeIsSubtracted) => {
          const coins = values.map((value) => coin(value));
          const worth = coins
            .filter((one) => effectiveValue(one, rates.feeRate) > 0n)
            .reduce((sum, { output }) => sum + output.value - (feeIsSubtracted ? 0n : COST), 0n);
          const wanted = goal(target, { feeIsSubtracted });
          if (worth >= target) {
            expect(totalAmount(select(coins, wanted).groups)).toBeGreaterThanOrEqual(target);
          } else {
            const { code, shortage } = failureOf(() => select(coins, wanted));
            expect(code).toBe('insufficient-funds');
            expect(shortage).toEqual({ needed: target, available: worth });
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('leaves coins alone that cost more than they hold', () => {
    const chosen = select([coin(COST), coin(100_000n), coin(10n)], goal(99_000n));
    expect(valuesOf(chosen)).toEqual([100_000n]);
  });

  it('spends coins of one kind together where they suffice', () => {
    const mixed = [
      ...Array.from({ length: 5 }, () => coin(100_000n, { kind: 'tr' })),
      ...Array.from({ length: 5 }, () => coin(100_000n)),
    ];
    for (const seed of ['1', '2', '3', '4', '5']) {
      const { groups } = select(mixed, goal(250_000n), seed);
      expect(new Set(groups.map(({ kind }) => kind)).size).toBe(1);
    }
    const { groups } = select(mixed, goal(700_000n));
    expect(new Set(groups.map(({ kind }) => kind))).toEqual(new Set(['bech32', 'bech32m']));
  });

  it('touches no coin of a higher tier as long as the lower ones suffice', () => {
    const coins = [
      coin(100_000n, { tier: 0 }),
      coin(100_000n, { tier: 0, kind: 'tr' }),
      coin(100_000n, { tier: 2, kind: 'tr' }),
      coin(9_000_000n, { tier: 3 }),
    ];
    const highest = (target: bigint) =>
      Math.max(...select(coins, goal(target)).groups.map(({ tier }) => tier));
    // Kinds are mixed before anything is spent that is not confirmed.
    expect([highest(90_000n), highest(190_000n), highest(290_000n), highest(390_000n)]).toEqual([
      0, 0, 2, 3,
    ]);
  });

  it('refuses what no transaction has room for, and says so', () => {
    const coins = Array.from({ length: 100 }, () => coin(10_000n));
    const heavy = () => select(coins, goal(500_000n, { maxWeight: 20 * 271 }));
    expect(failureOf(heavy).code).toBe('inputs-too-heavy');
    const noRoom = () => select(coins, goal(5_000n, { maxWeight: 100 }));
    expect(failureOf(noRoom).code).toBe('no-room-for-change');
    const light = select(coins, goal(170_000n, { maxWeight: 20 * 271 }));
    expect(light.groups.length).toBeLessThanOrEqual(20);
  });

  it('leaves room for the change that it makes', () => {
    fc.assert(
      fc.property(fc.bigInt(1_000n, 400_000n), fc.integer({ min: 0, max: 271 }), (target, odd) => {
        const coins = Array.from({ length: 12 }, (_, i) => coin(BigInt(20_000 + 3_001 * i)));
        const maxWeight = 6 * 271 + odd;
        const wanted = goal(target, { maxWeight });
        let groups: ReturnType<typeof select>['groups'];
        try {
          groups = select(coins, wanted).groups;
        } catch (error) {
          expect(error).toBeInstanceOf(PaymentError);
          return;
        }
        const weight = groups.reduce((sum, one) => sum + one.weight, 0);
        const over = totalAmount(groups) - target - wanted.change.fee;
        const hasChange = over >= wanted.change.leastValue;
        expect(weight + (hasChange ? 124 : 0)).toBeLessThanOrEqual(maxWeight);
      }),
    );
  });

  it('spends all coins of an address, or none, where that is asked for', () => {
    const coins = Array.from({ length: 30 }, (_, i) => coin(40_000n, { owner: i % 5 }));
    for (const target of [30_000n, 100_000n, 300_000n, 700_000n]) {
      const { groups } = select(coins, goal(target, { avoidPartialSpends: true }));
      for (const one of groups) {
        expect(one.coins).toHaveLength(6);
        expect(new Set(one.coins.map(({ output }) => output.scriptPubKey.join())).size).toBe(1);
      }
    }
  });

  it('goes by tiers with the coins of an address, too, however few they are', () => {
    const coins = [
      ...[1, 1, 2, 2].map((owner) => coin(40_000n, { owner })),
      ...[3, 3].map((owner) => coin(900_000n, { owner, tier: 3 })),
    ];
    for (const seed of ['1', '2', '3', '4', '5', '6']) {
      const { groups } = select(coins, goal(70_000n, { avoidPartialSpends: true }), seed);
      expect(groups.map(({ tier }) => tier)).not.toContain(3);
    }
  });

  it('spends at most 100 coins of an address together, and incomplete hundreds last', () => {
    const coins = Array.from({ length: 150 }, () => coin(10_000n, { owner: 1 }));
    const wanted = (target: bigint) => goal(target, { avoidPartialSpends: true });
    expect(valuesOf(select(coins, wanted(1_000n)))).toHaveLength(100);
    expect(valuesOf(select(coins, wanted(1_300_000n)))).toHaveLength(150);
  });

  it('takes the coins that are cheaper to spend', () => {
    const coins = [coin(100_000n + 580n, { kind: 'tr' }), coin(100_000n + COST)];
    const chosen = select(coins, goal(100_000n));
    expect(chosen.groups[0]?.coins[0]?.size).toEqual(TR);
  });
});
