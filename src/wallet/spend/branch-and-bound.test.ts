import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { branchAndBound } from './branch-and-bound.ts';
import { type CoinGroup, sortGroups } from './coin-group.ts';
import { changeAmount, type SelectionGoal, totalAmount, wasteOf } from './selection-goal.ts';

const CHANGE = { fee: 310n, cost: 990n, leastValue: 681n, weight: 124 };

function group(amount: number, fee = 680, longTermFee = 340, weight = 271): CoinGroup {
  return {
    ...{ coins: [], kind: 'bech32', tier: 0, isPartial: false, weight },
    amount: BigInt(amount),
    fee: BigInt(fee),
    longTermFee: BigInt(longTermFee),
  };
}

function goalOf(target: number, maxWeight = 400_000): SelectionGoal {
  return { target: BigInt(target), change: CHANGE, feeIsSubtracted: false, maxWeight };
}

const search = (groups: readonly CoinGroup[], goal: SelectionGoal) =>
  branchAndBound(sortGroups(groups), goal);

/** All subsets that stop at the target: without the last coin, each would fall short of it. */
function leastWaste(groups: readonly CoinGroup[], goal: SelectionGoal): bigint | undefined {
  const sorted = sortGroups(groups);
  let best: bigint | undefined;
  for (let bits = 1; bits < 1 << sorted.length; bits++) {
    const chosen = sorted.filter((_, i) => (bits & (1 << i)) !== 0);
    const amount = totalAmount(chosen);
    const weight = chosen.reduce((sum, one) => sum + one.weight, 0);
    if (amount < goal.target || amount > goal.target + CHANGE.cost) continue;
    if (weight > goal.maxWeight || totalAmount(chosen.slice(0, -1)) >= goal.target) continue;
    const waste = wasteOf(chosen, goal);
    if (best === undefined || waste < best) best = waste;
  }
  return best;
}

const amounts = fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 10 });
/** Fees above, at and below what is usual. */
const rate = fc.constantFrom<[number, number]>([680, 340], [340, 340], [170, 340]);
const targets = fc.integer({ min: 1, max: 20_000 });

describe('branch and bound', () => {
  it('finds what a look at every subset finds, whatever fees are', () => {
    fc.assert(
      fc.property(amounts, rate, targets, fc.boolean(), (values, [fee, usual], target, light) => {
        const groups = values.map((value, i) =>
          group(value, fee, usual, light ? 271 : 200 + 40 * (i % 3)),
        );
        const goal = goalOf(target, light ? 400_000 : 800);
        const found = search(groups, goal);
        const waste = found.groups === undefined ? undefined : wasteOf(found.groups, goal);
        expect(waste).toBe(leastWaste(groups, goal));
      }),
      { numRuns: 400 },
    );
  });

  it('never leaves room for change', () => {
    fc.assert(
      fc.property(amounts, targets, (values, target) => {
        const goal = goalOf(target);
        const { groups } = search(
          values.map((value) => group(value)),
          goal,
        );
        if (groups === undefined) return;
        expect(totalAmount(groups)).toBeGreaterThanOrEqual(goal.target);
        expect(changeAmount(totalAmount(groups), goal)).toBe(0n);
      }),
    );
  });

  it('finds an exact match among many', () => {
    const groups = Array.from({ length: 500 }, (_, i) => group(100_000 + 7_919 * i));
    const goal = goalOf(100_000 * 3 + 7_919 * (3 + 250 + 499));
    expect(totalAmount(search(groups, goal).groups ?? [])).toBeGreaterThanOrEqual(goal.target);
  });

  it('gives up after 100,000 tries', () => {
    // Each pair differs by less than all pairs before it could make up for: every fork looks open.
    const hardCase = (pairs: number) => {
      const bases = Array.from({ length: pairs }, (_, i) => 2 ** (pairs + i));
      const groups = bases.flatMap((base, i) => [group(base), group(base + 2 ** (pairs - 1 - i))]);
      const goal = goalOf(bases.reduce((sum, base) => sum + base, 0));
      return search(groups, { ...goal, change: { ...CHANGE, cost: 0n } }).groups;
    };
    expect(hardCase(14)).toHaveLength(14);
    expect(hardCase(17)).toBeUndefined();
  });

  it('says whether it was only too heavy', () => {
    const groups = [group(1_000), group(1_000), group(1_000)];
    expect(search(groups, goalOf(3_000, 800))).toEqual({ groups: undefined, isTooHeavy: true });
    expect(search(groups, goalOf(9_000))).toEqual({ groups: undefined, isTooHeavy: false });
    expect(search([], goalOf(1))).toEqual({ groups: undefined, isTooHeavy: false });
  });
});
