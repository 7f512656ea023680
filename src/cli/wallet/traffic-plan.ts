/** What random traffic is made of: each payment's choices follow from the seed and its number alone. */
import {
  drawBelow,
  drawChance,
  drawExponential,
  drawUnit,
  pick,
  shuffled,
} from '../../outside/entropy/draw.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';

/** One step of the traffic, before anybody knows what the wallets can afford. */
export interface TrafficStep {
  /** After the step before, in milliseconds. */
  readonly afterMs: number;
  /** Whether the fee of an earlier payment is raised, if one can be; and which of them, from 0 to 1. */
  readonly bumps: boolean;
  readonly bumped: number;
  /** Positions of wallets, in the order in which they are asked to pay. */
  readonly payers: readonly number[];
  /** One for each part: a position among the wallets that do not pay, and how large a share it gets. */
  readonly parts: readonly TrafficPart[];
  /** How much of what the payer has is paid, from 0 to 1. */
  readonly share: number;
  /** Times the least that nodes relay. */
  readonly feeFactor: number;
  readonly message: string | undefined;
}

interface TrafficPart {
  /** From 0 to 1, among those who can be paid. */
  readonly payee: number;
  readonly weight: number;
}

const BUMP_CHANCE = 0.04;
const MESSAGE_CHANCE = 0.1;
/** From a thousandth to a fifth of what the payer has, small ones as often as large ones. */
const [LEAST_SHARE, MOST_SHARE] = [0.001, 0.2];
const MOST_PARTS = 8;
const MOST_FEE_FACTOR = 20;
const MESSAGES: readonly string[] = [
  'thanks',
  'for the coffee',
  'rent',
  'two tickets',
  'happy birthday',
  'I owe you one',
  'Grüße aus Prag',
  'it was a pleasure ☕',
];

/**
 * The step of a number. `payers` and `parts` are drawn for so many wallets; the first part is all that a
 * payment has which need not be split.
 *
 * @example
 * trafficStep('friday', 0, { rate: 5, wallets: 3 })
 */
export function trafficStep(
  seed: string,
  number: number,
  { rate, wallets }: { readonly rate: number; readonly wallets: number },
): TrafficStep {
  const entropy = new SeededEntropy(`traffic of ${seed}`).fork(`step ${number}`);
  const count = 1 + drawBelow(entropy, MOST_PARTS);
  return {
    afterMs: drawExponential(entropy, 1_000 / rate),
    bumps: drawChance(entropy, BUMP_CHANCE),
    bumped: drawUnit(entropy),
    payers: shuffled(entropy, [...new Array(wallets).keys()]),
    share: LEAST_SHARE * (MOST_SHARE / LEAST_SHARE) ** drawUnit(entropy),
    feeFactor: 1 + drawUnit(entropy) * (MOST_FEE_FACTOR - 1),
    message: drawChance(entropy, MESSAGE_CHANCE) ? pick(entropy, MESSAGES) : undefined,
    parts: Array.from({ length: count }, () => ({
      payee: drawUnit(entropy),
      weight: 1 + drawBelow(entropy, 9),
    })),
  };
}

/**
 * An amount cut into parts of some weights, none of them below a least one: as many as there is enough for,
 * and one in any case.
 *
 * @example
 * cutAmount(1000n, [1, 3], 100n) // [250n, 750n]
 */
export function cutAmount(
  amount: bigint,
  weights: readonly number[],
  least: bigint,
): readonly bigint[] {
  for (let count = weights.length; count > 1; count--) {
    const used = weights.slice(0, count);
    const total = BigInt(used.reduce((sum, weight) => sum + weight, 0));
    const parts = used.map((weight) => (amount * BigInt(weight)) / total);
    const rest = amount - parts.reduce((sum, part) => sum + part, 0n);
    if (parts.every((part) => part >= least)) return parts.with(0, (parts[0] as bigint) + rest);
  }
  return [amount];
}
