/**
 * ASERT: after every block the target follows, exponentially, how far the chain is ahead of its
 * schedule or behind it. A chain that is late by one half-life has twice the target.
 *
 *     target = anchor target * 2^((seconds since the anchor - spacing * blocks since it) / half-life)
 *
 * This is the integer form of Bitcoin Cash's aserti3-2d, so that all machines agree on every bit: the
 * exponent has 16 binary digits behind the point, and 2^x for 0 <= x < 1 is a polynomial of the third
 * degree, whose error is below 0.012 %.
 *
 * As it measures from one fixed block, errors do not add up, and a block with a wrong time changes
 * the target of one block and no more.
 */
import type { Retarget } from '../../params/chain-params.ts';
import { compactFromTarget, targetFromCompact } from '../../primitives/target.ts';
import type { DifficultyParams, HeaderChain } from './header-chain.ts';

export type AsertRetarget = Extract<Retarget, { kind: 'asert' }>;

/**
 * The schedule begins with the first block that somebody mined. The genesis block is no measure: a
 * chain that is started a year after its making would be a year late, and had the easiest target
 * until it caught up.
 */
const ANCHOR_HEIGHT = 1;

/** The binary digits behind the point of an exponent. */
const FRACTION_BITS = 16;
const ONE = 1 << FRACTION_BITS;

/** No target of 256 bits is left after so many half-lives, whichever one it was. */
const MOST_HALF_LIVES = 256;

/** The `bits` of the block after the last one of `chain`. */
export function nextBitsByAsert(
  params: DifficultyParams,
  { halfLifeSeconds }: AsertRetarget,
  chain: HeaderChain,
): number {
  const last = chain.headerAt(chain.height);
  if (chain.height < ANCHOR_HEIGHT) return last.bits;
  const anchor = chain.headerAt(ANCHOR_HEIGHT);
  const blocks = chain.height - ANCHOR_HEIGHT;
  const secondsLate = last.time - anchor.time - params.spacingSeconds * blocks;
  const target = asertTarget(
    targetFromCompact(anchor.bits).value,
    secondsLate,
    halfLifeSeconds,
    params.powLimit,
  );
  return compactFromTarget(target);
}

/**
 * The target of a chain that is so many seconds late (early, if negative), from 1 to `powLimit`.
 *
 * @example
 * asertTarget(1n << 200n, 120, 120, powLimit) // 2n ** 201n: one half-life late, twice as easy
 */
export function asertTarget(
  anchorTarget: bigint,
  secondsLate: number,
  halfLifeSeconds: number,
  powLimit: bigint,
): bigint {
  const halfLives = secondsLate / halfLifeSeconds;
  if (halfLives >= MOST_HALF_LIVES) return powLimit;
  if (halfLives <= -MOST_HALF_LIVES) return 1n;
  // Cut off towards zero, as a division of integers in C++ does it.
  const exponent = Math.trunc((secondsLate * ONE) / halfLifeSeconds);
  const doublings = Math.floor(exponent / ONE);
  const factor = powerOfTwo(exponent - doublings * ONE);
  const shift = doublings - FRACTION_BITS;
  const scaled = anchorTarget * factor;
  const target = shift < 0 ? scaled >> BigInt(-shift) : scaled << BigInt(shift);
  if (target === 0n) return 1n;
  return target > powLimit ? powLimit : target;
}

/** 2^(fraction / 65536), as a multiple of 1 / 65536. */
function powerOfTwo(fraction: number): bigint {
  const x = BigInt(fraction);
  const rise = ((5_127n * x + 971_821_376n) * x + 195_766_423_245_049n) * x;
  return 65_536n + ((rise + (1n << 47n)) >> 48n);
}
