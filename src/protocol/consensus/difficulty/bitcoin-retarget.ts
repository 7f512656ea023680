/**
 * Bitcoin's retargeting: every 2016 blocks the target is multiplied by the time that they took and
 * divided by the two weeks that they should have taken.
 *
 * Its quirks are rules. The time is measured from the first block of a period to its last, which are
 * 2015 intervals and not 2016, so that blocks come half a thousandth too slowly; and the interval
 * that is missed, from one period to the next, is where the timewarp attack lives (BIP94).
 */
import type { Retarget } from '../../params/chain-params.ts';
import { compactFromTarget, targetFromCompact } from '../../primitives/target.ts';
import type { DifficultyParams, HeaderChain } from './header-chain.ts';

export type BitcoinRetarget = Extract<Retarget, { kind: 'bitcoin' }>;

/** A target changes by no more than this factor at a time. */
const MAX_CHANGE = 4;

/** How many blocks have the same target: 2016 on public chains. */
export function retargetInterval(spacingSeconds: number, rules: BitcoinRetarget): number {
  return Math.floor(rules.timespanSeconds / spacingSeconds);
}

/** The `bits` of the block after the last one of `chain`, if its header says `time`. */
export function nextBitsByBitcoin(
  params: DifficultyParams,
  rules: BitcoinRetarget,
  chain: HeaderChain,
  time: number,
): number {
  const interval = retargetInterval(params.spacingSeconds, rules);
  if ((chain.height + 1) % interval === 0) return retargetedBits(params, rules, chain, interval);
  if (rules.allowMinDifficultyBlocks) return testNetworkBits(params, chain, time, interval);
  return chain.headerAt(chain.height).bits;
}

function retargetedBits(
  params: DifficultyParams,
  rules: BitcoinRetarget,
  chain: HeaderChain,
  interval: number,
): number {
  const last = chain.headerAt(chain.height);
  if (rules.noRetargeting) return last.bits;
  const first = chain.headerAt(chain.height - interval + 1);
  const least = Math.floor(rules.timespanSeconds / MAX_CHANGE);
  const seconds = Math.min(
    Math.max(last.time - first.time, least),
    rules.timespanSeconds * MAX_CHANGE,
  );
  // On a test network the last block may be one of the easy ones, and testnet3 then starts anew from
  // the easiest target. BIP94 goes by the first, which may not be easy.
  const { bits } = rules.enforceBip94 ? first : last;
  return scaledBits(params, rules, bits, seconds);
}

/** The target of `bits`, for a period that took so many seconds, in the precision of a header. */
function scaledBits(
  { powLimit }: DifficultyParams,
  rules: BitcoinRetarget,
  bits: number,
  seconds: number,
): number {
  const scaled = (targetFromCompact(bits).value * BigInt(seconds)) / BigInt(rules.timespanSeconds);
  return compactFromTarget(scaled > powLimit ? powLimit : scaled);
}

/**
 * Test networks would stand still when big miners leave them. So a block that comes after twice the
 * usual time may have the easiest target, and the block after it goes back to the one before.
 */
function testNetworkBits(
  params: DifficultyParams,
  chain: HeaderChain,
  time: number,
  interval: number,
): number {
  const easiest = compactFromTarget(params.powLimit);
  let header = chain.headerAt(chain.height);
  if (time > header.time + 2 * params.spacingSeconds) return easiest;
  for (let height = chain.height; height % interval !== 0 && header.bits === easiest; ) {
    header = chain.headerAt(--height);
  }
  return header.bits;
}

/**
 * Whether a block at `height` may have `newBits` if the one before it had `oldBits`, whatever their
 * times. It bounds what headers can claim before their ancestors are known.
 */
export function permittedByBitcoin(
  params: DifficultyParams,
  rules: BitcoinRetarget,
  height: number,
  oldBits: number,
  newBits: number,
): boolean {
  if (rules.allowMinDifficultyBlocks) return true;
  if (height % retargetInterval(params.spacingSeconds, rules) !== 0) return oldBits === newBits;
  const least = Math.floor(rules.timespanSeconds / MAX_CHANGE);
  const easiest = scaledBits(params, rules, oldBits, rules.timespanSeconds * MAX_CHANGE);
  const hardest = scaledBits(params, rules, oldBits, least);
  const target = targetFromCompact(newBits).value;
  return target <= targetFromCompact(easiest).value && target >= targetFromCompact(hardest).value;
}
