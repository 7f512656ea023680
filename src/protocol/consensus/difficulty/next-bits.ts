import { targetFromCompact } from '../../primitives/target.ts';
import { nextBitsByAsert } from './asert.ts';
import { nextBitsByBitcoin, permittedByBitcoin } from './bitcoin-retarget.ts';
import type { DifficultyParams, HeaderChain } from './header-chain.ts';

/**
 * The `bits` that the header of the next block must have. Its own time matters on test networks
 * alone, where late blocks may be easy.
 *
 * @example
 * nextBits(main.consensus, { height: 2015, headerAt: (height) => headers[height] }, time)
 */
export function nextBits(params: DifficultyParams, chain: HeaderChain, time: number): number {
  const rules = params.retarget;
  switch (rules.kind) {
    case 'none':
      return chain.headerAt(chain.height).bits;
    case 'bitcoin':
      return nextBitsByBitcoin(params, rules, chain, time);
    case 'asert':
      return nextBitsByAsert(params, rules, chain);
  }
}

/**
 * Whether the target may go from `oldBits` to `newBits` at a height, for all that can be said without
 * the times of earlier blocks. Core calls it `PermittedDifficultyTransition`.
 *
 * @example
 * permittedDifficultyTransition(main.consensus, 2017, 0x1d00ffff, 0x1d00d86a) // false
 */
export function permittedDifficultyTransition(
  params: DifficultyParams,
  height: number,
  oldBits: number,
  newBits: number,
): boolean {
  const rules = params.retarget;
  switch (rules.kind) {
    case 'none':
      return oldBits === newBits;
    case 'bitcoin':
      return permittedByBitcoin(params, rules, height, oldBits, newBits);
    // Times decide alone, and one block may jump far.
    case 'asert':
      return isTarget(newBits, params.powLimit);
  }
}

function isTarget(bits: number, powLimit: bigint): boolean {
  const { value, negative, overflow } = targetFromCompact(bits);
  return !negative && !overflow && value > 0n && value <= powLimit;
}
