/**
 * Branch and bound (Erhardt, "An Evaluation of Coin Selection Strategies", 2016): looks for coins that
 * add up to a payment so closely that change would cost more than what is left over.
 *
 * Each coin is a fork, taken or left, in the order of amounts, the largest first. A branch is given up
 * as soon as it holds too much, can no longer reach the target, or wastes more than the best so far.
 */
import type { CoinGroup } from './coin-group.ts';
import type { NoSelection, SelectionGoal } from './selection-goal.ts';

/** Then the best so far is taken. Bitcoin Core's number. */
const MAX_TRIES = 100_000;

/**
 * The groups that reach the target with the least waste and without change, if there are any. Where
 * recipients bear the fee, nothing may be left over: it would go to them.
 *
 * Amounts are numbers in here, which are ten times as fast: what one transaction spends is never more
 * than `MAX_MONEY`, and numbers are exact up to four times that.
 *
 * @param sorted the largest amounts first, each worth more than nothing; see `sortGroups`
 * @example
 * branchAndBound(sortGroups(groups), goal).groups // [group, group]
 */
export function branchAndBound(
  sorted: readonly CoinGroup[],
  goal: SelectionGoal,
): { readonly groups: readonly CoinGroup[] } | NoSelection {
  const { best, isTooHeavy } = search(forksOf(sorted), {
    target: Number(goal.target),
    limit: Number(goal.target + (goal.feeIsSubtracted ? 0n : goal.change.cost)),
    maxWeight: goal.maxWeight,
  });
  if (best === undefined) return { groups: undefined, isTooHeavy };
  return { groups: best.map((index) => sorted[index] as CoinGroup) };
}

/** One for each group: what it means to take it. */
interface Forks {
  readonly amounts: Float64Array;
  readonly wastes: Float64Array;
  readonly weights: Float64Array;
  /** What all groups from an index on add up to. */
  readonly ahead: Float64Array;
  /**
   * Whether the group before is worth the same and costs the same. To leave that one and take this one
   * is what taking that one and leaving this one has shown already.
   */
  readonly isTwin: Uint8Array;
  /** Whether another coin always adds to the waste: fees are higher now than they will be. */
  readonly feesAreHigh: boolean;
}

function forksOf(sorted: readonly CoinGroup[]): Forks {
  const { length } = sorted;
  const amounts = new Float64Array(length);
  const wastes = new Float64Array(length);
  const weights = new Float64Array(length);
  const ahead = new Float64Array(length + 1);
  const isTwin = new Uint8Array(length);
  for (let i = length - 1; i >= 0; i--) {
    const group = sorted[i] as CoinGroup;
    amounts[i] = Number(group.amount);
    wastes[i] = Number(group.fee - group.longTermFee);
    weights[i] = group.weight;
    ahead[i] = (ahead[i + 1] as number) + (amounts[i] as number);
    const before = sorted[i - 1];
    if (before !== undefined && isSame(before, group)) isTwin[i] = 1;
  }
  const first = sorted[0];
  const feesAreHigh = first !== undefined && first.fee > first.longTermFee;
  return { amounts, wastes, weights, ahead, isTwin, feesAreHigh };
}

function isSame(a: CoinGroup, b: CoinGroup): boolean {
  return a.amount === b.amount && a.fee === b.fee && a.longTermFee === b.longTermFee;
}

interface Bounds {
  readonly target: number;
  /** With more than this, change would be cheaper. */
  readonly limit: number;
  readonly maxWeight: number;
}

interface Found {
  /** Which groups, by their index. */
  readonly best: readonly number[] | undefined;
  readonly isTooHeavy: boolean;
}

function search(forks: Forks, { target, limit, maxWeight }: Bounds): Found {
  const { amounts, wastes, weights, ahead, isTwin, feesAreHigh } = forks;
  const taken: number[] = [];
  let [amount, waste, weight] = [0, 0, 0];
  let best: readonly number[] | undefined;
  let bestWaste = Number.POSITIVE_INFINITY;
  let isTooHeavy = false;
  for (let tries = 0, next = 0; tries < MAX_TRIES; tries++, next++) {
    const isHopeless =
      amount + (ahead[next] as number) < target ||
      amount > limit ||
      (waste > bestWaste && feesAreHigh);
    if (!isHopeless && weight <= maxWeight && amount < target) {
      if (isTwin[next] === 1 && taken.at(-1) !== next - 1) continue;
      taken.push(next);
      amount += amounts[next] as number;
      waste += wastes[next] as number;
      weight += weights[next] as number;
      continue;
    }
    if (!isHopeless && weight > maxWeight) isTooHeavy = true;
    else if (!isHopeless && waste + amount - target <= bestWaste) {
      best = [...taken];
      bestWaste = waste + amount - target;
    }
    const last = taken.pop();
    if (last === undefined) break;
    amount -= amounts[last] as number;
    waste -= wastes[last] as number;
    weight -= weights[last] as number;
    next = last;
  }
  return { best, isTooHeavy };
}
