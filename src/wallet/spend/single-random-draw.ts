/** Single random draw: coins in random order until there are enough. What is over is change. */
import type { CoinGroup } from './coin-group.ts';
import { type NoSelection, totalAmount } from './selection-goal.ts';

/**
 * The groups that a draw in this order ends with.
 *
 * Where they become too heavy, those that add the least go first. So the heaviest draw that still fits
 * holds the largest coins, and nothing is refused that could have been paid.
 *
 * @param order all groups, in random order, each worth more than nothing
 * @param least what they have to add up to
 * @example
 * drawGroups(shuffled(entropy, groups), 150_000n, 400_000).groups // [group, group, group]
 */
export function drawGroups(
  order: readonly CoinGroup[],
  least: bigint,
  maxWeight: number,
): { readonly groups: readonly CoinGroup[] } | NoSelection {
  // By amount, the largest first, so that the least one is at hand.
  const drawn: CoinGroup[] = [];
  let amount = 0n;
  let weight = 0;
  let isTooHeavy = false;
  for (const group of order) {
    drawn.splice(placeOf(group, drawn), 0, group);
    amount += group.amount;
    weight += group.weight;
    while (weight > maxWeight && drawn.length > 0) {
      isTooHeavy = true;
      const smallest = drawn.pop() as CoinGroup;
      amount -= smallest.amount;
      weight -= smallest.weight;
    }
    if (drawn.length > 0 && amount >= least) return { groups: drawn };
  }
  return { groups: undefined, isTooHeavy };
}

/**
 * The groups of a draw without those that it can do without, where fees are higher than usual. The
 * smallest go first. Where fees are low, it is cheap to spend them along.
 *
 * @param drawn the largest first
 */
export function withoutNeedless(drawn: readonly CoinGroup[], least: bigint): readonly CoinGroup[] {
  let spare = totalAmount(drawn) - least;
  const needed: CoinGroup[] = [];
  for (const group of drawn.toReversed()) {
    if (group.fee > group.longTermFee && group.amount <= spare) spare -= group.amount;
    else needed.push(group);
  }
  return needed.reverse();
}

/** Behind all that are at least as large. */
function placeOf({ amount }: CoinGroup, sorted: readonly CoinGroup[]): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as CoinGroup).amount >= amount) low = middle + 1;
    else high = middle;
  }
  return low;
}
