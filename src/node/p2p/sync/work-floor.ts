import { blockWork } from '../../../protocol/primitives/target.ts';
import type { SyncChain } from './sync-parts.ts';

/** A branch may lie so many blocks behind the tip and still be of interest: about a day. */
const BLOCKS_BEHIND = 144n;

/** Headers of a chain with less work than this are not stored. */
export function leastWork({ tip, minimumChainWork }: SyncChain): bigint {
  const allowance = BLOCKS_BEHIND * blockWork(tip.bits);
  const nearTip = tip.chainWork > allowance ? tip.chainWork - allowance : 0n;
  return nearTip > minimumChainWork ? nearTip : minimumChainWork;
}
