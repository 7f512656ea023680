/** The usual draws from a source of randomness. */
import type { Entropy } from './entropy.ts';

/** A 64-bit number: the nonces of `version`, `ping` and compact blocks. */
export function drawU64(entropy: Entropy): bigint {
  return (BigInt(entropy.u32()) << 32n) | BigInt(entropy.u32());
}

/** A number from 0 up to and without 1, of 53 bits. */
export function drawUnit(entropy: Entropy): number {
  const high = entropy.u32() >>> 5;
  const low = entropy.u32() >>> 6;
  return (high * 0x4000000 + low) / 0x20000000000000;
}

/**
 * A whole number from 0 up to and without `bound`, each equally likely. `bound` is at most 2^32.
 *
 * @example
 * drawBelow(entropy, 6) + 1 // a throw of a die
 */
export function drawBelow(entropy: Entropy, bound: number): number {
  if (!Number.isInteger(bound) || bound < 1 || bound > 0x100000000) {
    throw new RangeError(`a draw below ${bound}: allowed are whole numbers from 1 to 2^32`);
  }
  // The last, incomplete round of the bound would make small results likelier: draw again.
  const end = 0x100000000 - (0x100000000 % bound);
  for (;;) {
    const value = entropy.u32();
    if (value < end) return value % bound;
  }
}

/** True so often: `drawChance(entropy, 0.25)` in a quarter of all cases. */
export function drawChance(entropy: Entropy, probability: number): boolean {
  return drawUnit(entropy) < probability;
}

/** One of these, each equally likely; undefined if there are none. */
export function pick<T>(entropy: Entropy, values: readonly T[]): T | undefined {
  return values.length === 0 ? undefined : values[drawBelow(entropy, values.length)];
}

/** The same values in random order, in an array of their own. */
export function shuffled<T>(entropy: Entropy, values: readonly T[]): T[] {
  const result = [...values];
  for (let i = result.length - 1; i > 0; i--) {
    const j = drawBelow(entropy, i + 1);
    const moved = result[i] as T;
    result[i] = result[j] as T;
    result[j] = moved;
  }
  return result;
}

/**
 * The time until the next of events that come independently of each other, `mean` apart on average
 * (a Poisson process): when to announce transactions, so that nobody learns from the moment who made
 * them; how long a miner searches.
 */
export function drawExponential(entropy: Entropy, mean: number): number {
  return -Math.log1p(-drawUnit(entropy)) * mean;
}
