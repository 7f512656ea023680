/** What a selection of coins has to reach, and how two of them are compared. */
import type { ChangeTerms } from './change-terms.ts';
import type { CoinGroup } from './coin-group.ts';
import type { SelectionAlgorithm } from './payment-request.ts';

export interface SelectionGoal {
  /** What the coins have to add up to: payments, and the fees of everything but the inputs. */
  readonly target: bigint;
  readonly change: ChangeTerms;
  /** Whether recipients bear the fees. */
  readonly feeIsSubtracted: boolean;
  /** Of all inputs together. */
  readonly maxWeight: number;
}

export interface CoinSelection {
  readonly groups: readonly CoinGroup[];
  readonly algorithm: SelectionAlgorithm;
  readonly waste: bigint;
}

/** A search that found nothing, and whether only because there is a limit to the weight. */
export interface NoSelection {
  readonly groups: undefined;
  readonly isTooHeavy: boolean;
}

/** What coins add up to. */
export function totalAmount(groups: readonly CoinGroup[]): bigint {
  let total = 0n;
  for (const { amount } of groups) total += amount;
  return total;
}

/**
 * What comes back when so much has been gathered; 0 if that is not worth an output.
 *
 * @example
 * changeAmount(150_000n, goal) // 49845n
 */
export function changeAmount(
  gathered: bigint,
  { target, change, feeIsSubtracted }: Omit<SelectionGoal, 'maxWeight'>,
): bigint {
  const amount = gathered - target - (feeIsSubtracted ? 0n : change.fee);
  return amount < change.leastValue ? 0n : amount;
}

/**
 * The waste of a selection: what it costs to spend these coins now and not one day when fees are as
 * usual, and what is lost by change, or by having none and too much. Less is better; where fees are
 * low it is below zero, and more coins are better.
 *
 * @example
 * wasteOf([group], goal)
 */
export function wasteOf(
  groups: readonly CoinGroup[],
  goal: Omit<SelectionGoal, 'maxWeight'>,
): bigint {
  let waste = 0n;
  for (const { fee, longTermFee } of groups) waste += fee - longTermFee;
  const gathered = totalAmount(groups);
  const hasChange = changeAmount(gathered, goal) > 0n;
  return waste + (hasChange ? goal.change.cost : gathered - goal.target);
}
