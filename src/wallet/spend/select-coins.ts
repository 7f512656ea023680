/** Which coins to spend: Bitcoin Core's way, with branch and bound and single random draw. */
import { shuffled } from '../../outside/entropy/draw.ts';
import type { Entropy } from '../../outside/entropy/entropy.ts';
import { branchAndBound } from './branch-and-bound.ts';
import { type CoinGroup, type GroupTerms, groupCoins, sortGroups } from './coin-group.ts';
import type { CoinKind, SpendableCoin } from './coin-input.ts';
import { PaymentError } from './payment-error.ts';
import {
  type CoinSelection,
  changeAmount,
  type NoSelection,
  type SelectionGoal,
  totalAmount,
  wasteOf,
} from './selection-goal.ts';
import { drawGroups, withoutNeedless } from './single-random-draw.ts';

/** Change that is smaller than this is made only where the coins leave no choice. */
const COMFORTABLE_CHANGE = 50_000n;

type Outcome = CoinSelection | NoSelection;

/**
 * Coins that reach a goal with little waste.
 *
 * Coins of the best tier are tried first, and of these, coins of one kind; only where they do not
 * suffice, others join them. Partial groups of an address come last.
 *
 * @param goal `covered` is what other coins pay, which are spent anyway: it is told to whoever is short
 * @example
 * selectCoins(coins, { ...goal, rates, avoidPartialSpends: false }, entropy).groups
 * @throws {@link PaymentError} `insufficient-funds`, `inputs-too-heavy`, `no-room-for-change`
 */
export function selectCoins(
  coins: readonly SpendableCoin[],
  goal: SelectionGoal & GroupTerms & { readonly covered?: bigint },
  entropy: Entropy,
): CoinSelection {
  // Sorted once: whatever is left out below, the order stays.
  const groups = sortGroups(groupCoins(coins, goal));
  const available = totalAmount(groups);
  let isTooHeavy = false;
  if (available >= goal.target) {
    for (const attempt of attemptsFor(groups)) {
      const outcome = attemptSelection(attempt, goal, entropy);
      if (outcome.groups !== undefined) return outcome;
      isTooHeavy ||= outcome.isTooHeavy;
    }
  }
  if (isTooHeavy && goal.maxWeight < goal.change.weight)
    throw new PaymentError('no-room-for-change');
  if (isTooHeavy) throw new PaymentError('inputs-too-heavy');
  const { covered = 0n } = goal;
  throw insufficientFunds(goal.target + covered, available + covered);
}

/** Tells how much is missing. */
export function insufficientFunds(needed: bigint, available: bigint): PaymentError {
  return new PaymentError('insufficient-funds', {
    message: `funds are short: the payment and its fees take ${needed} sat, and the coins that can be spent are worth ${available} sat at this fee rate`,
    shortage: { needed, available },
  });
}

interface Attempt {
  readonly groups: readonly CoinGroup[];
  readonly mayMixKinds: boolean;
}

function attemptsFor(groups: readonly CoinGroup[]): readonly Attempt[] {
  const full = groups.filter(({ isPartial }) => !isPartial);
  const upTo = (highest: number) => full.filter(({ tier }) => tier <= highest);
  // Before it mixes kinds, Core looks at what is confirmed at all, and before it looks at what is not,
  // it mixes them.
  const others = groups.map(({ tier }) => tier).filter((tier) => tier > 1);
  const highest = [1, ...new Set(others)].sort((a, b) => a - b);
  const attempts = [
    { groups: upTo(0), mayMixKinds: false },
    ...highest.map((tier) => ({ groups: upTo(tier), mayMixKinds: true })),
  ];
  return full.length === groups.length ? attempts : [...attempts, { groups, mayMixKinds: true }];
}

function attemptSelection(
  { groups, mayMixKinds }: Attempt,
  goal: SelectionGoal,
  entropy: Entropy,
): Outcome {
  const kinds = new Map<CoinKind, CoinGroup[]>();
  for (const group of groups) {
    const others = kinds.get(group.kind);
    if (others === undefined) kinds.set(group.kind, [group]);
    else others.push(group);
  }
  const outcomes = [...kinds.values()].map((ofKind) => chooseSelection(ofKind, goal, entropy));
  const best = leastWasteful(outcomes);
  if (best.groups !== undefined || !mayMixKinds || kinds.size < 2) return best;
  const mixed = chooseSelection(groups, goal, entropy);
  return mixed.groups === undefined ? leastWasteful([best, mixed]) : mixed;
}

/** Both searches, and the less wasteful of what they find. */
function chooseSelection(
  sorted: readonly CoinGroup[],
  goal: SelectionGoal,
  entropy: Entropy,
): Outcome {
  if (totalAmount(sorted) < goal.target) return { groups: undefined, isTooHeavy: false };
  const exact = branchAndBound(sorted, goal);
  const withoutChange: Outcome =
    exact.groups === undefined
      ? exact
      : { groups: exact.groups, algorithm: 'bnb', waste: wasteOf(exact.groups, goal) };
  return leastWasteful([withoutChange, draw(sorted, goal, entropy)]);
}

/**
 * Draws for a comfortable change; where there is too little for that, for the smallest change that is
 * worth having; and then for none.
 */
function draw(sorted: readonly CoinGroup[], goal: SelectionGoal, entropy: Entropy): Outcome {
  const order = shuffled(entropy, sorted);
  const { fee, leastValue, weight } = goal.change;
  let isTooHeavy = false;
  for (const spare of [COMFORTABLE_CHANGE + fee, leastValue + fee, 0n]) {
    const maxWeight = spare === 0n ? goal.maxWeight : goal.maxWeight - weight;
    const found = drawGroups(order, goal.target + spare, maxWeight);
    if (found.groups === undefined) {
      isTooHeavy ||= found.isTooHeavy;
      continue;
    }
    const groups = withoutNeedless(found.groups, goal.target + spare);
    if (hasRoomForChange(groups, goal)) {
      return { groups, algorithm: 'srd', waste: wasteOf(groups, goal) };
    }
    isTooHeavy = true;
  }
  return { groups: undefined, isTooHeavy };
}

function hasRoomForChange(groups: readonly CoinGroup[], goal: SelectionGoal): boolean {
  if (changeAmount(totalAmount(groups), goal) === 0n) return true;
  const weight = groups.reduce((sum, group) => sum + group.weight, 0);
  return weight <= goal.maxWeight - goal.change.weight;
}

/** Of equal waste, the one that spends more coins: there are fewer to spend later. */
function leastWasteful(outcomes: readonly Outcome[]): Outcome {
  let best: CoinSelection | undefined;
  for (const outcome of outcomes) {
    if (outcome.groups !== undefined && (best === undefined || isBetter(outcome, best))) {
      best = outcome;
    }
  }
  if (best !== undefined) return best;
  const isTooHeavy = outcomes.some((outcome) => outcome.groups === undefined && outcome.isTooHeavy);
  return { groups: undefined, isTooHeavy };
}

function isBetter(a: CoinSelection, b: CoinSelection): boolean {
  if (a.waste !== b.waste) return a.waste < b.waste;
  return countCoins(a.groups) > countCoins(b.groups);
}

function countCoins(groups: readonly CoinGroup[]): number {
  return groups.reduce((sum, { coins }) => sum + coins.length, 0);
}
