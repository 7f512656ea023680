/** The lock time of a payment: it keeps miners from digging up old blocks for their fees. */
import { drawBelow } from '../../outside/entropy/draw.ts';
import type { Entropy } from '../../outside/entropy/entropy.ts';

/** The last block that the wallet knows of. */
export interface KnownTip {
  readonly height: number;
  /** Whether it is fresh; see {@link isTipCurrent}. */
  readonly isCurrent: boolean;
}

const MAX_TIP_AGE_SECONDS = 8 * 60 * 60;

/**
 * Whether a block is fresh enough to be the tip of everybody else: the time is in seconds since 1970.
 *
 * @example
 * isTipCurrent(header.time, unixTime(clock))
 */
export function isTipCurrent(blockTime: number, now: number): boolean {
  return blockTime >= now - MAX_TIP_AGE_SECONDS;
}

/**
 * The lock time for a payment that is made now: only the next block can have it, so that it gives no
 * reason to replace the last one. One in ten goes further back, by up to 99 blocks, so that those
 * stand out less that were signed long before they are sent.
 *
 * Where the tip is old or unknown it is 0, which tells the least.
 *
 * @example
 * antiFeeSnipingLockTime({ height: 850_000, isCurrent: true }, entropy) // 850000, mostly
 */
export function antiFeeSnipingLockTime(tip: KnownTip | undefined, entropy: Entropy): number {
  if (tip === undefined || !tip.isCurrent) return 0;
  if (drawBelow(entropy, 10) !== 0) return tip.height;
  return Math.max(0, tip.height - drawBelow(entropy, 100));
}
