/**
 * When a transaction may be mined: by its lock time, and by the relative lock times that its
 * inputs' sequence numbers hold (BIP68).
 */
import { SEQUENCE_FINAL, type Transaction, type TxIn } from '../primitives/transaction.ts';
import type { Coin } from './coin.ts';
import {
  LOCKTIME_THRESHOLD,
  SEQUENCE_LOCKTIME_DISABLE_FLAG,
  SEQUENCE_LOCKTIME_GRANULARITY,
  SEQUENCE_LOCKTIME_MASK,
  SEQUENCE_LOCKTIME_TYPE_FLAG,
} from './limits.ts';

/**
 * Whether the lock time of a transaction has passed in a block of this height and time. Since
 * BIP113 the time is the median time past of the block before.
 */
export function isFinalTx(tx: Transaction, height: number, time: number): boolean {
  if (tx.lockTime === 0) return true;
  if (tx.lockTime < (tx.lockTime < LOCKTIME_THRESHOLD ? height : time)) return true;
  // The lock time was made for replacing transactions until then; the last version opts out of it.
  return tx.inputs.every(({ sequence }) => sequence === SEQUENCE_FINAL);
}

/**
 * The last height and the last median time past at which a transaction is still locked, -1 where
 * nothing locks it. As with lock times, the block has to lie beyond, not on it.
 */
export interface SequenceLocks {
  readonly minHeight: number;
  readonly minTime: number;
}

/** Nothing locks the transaction. */
export const UNLOCKED: SequenceLocks = { minHeight: -1, minTime: -1 };

/**
 * BIP68: the locks that a transaction's inputs put on it. `coins` are those it spends, in the order
 * of its inputs; `medianTimePastAt` is asked for heights below theirs.
 *
 * @example
 * calculateSequenceLocks(tx, [{ height: 100 }], medianTimePastAt) // { minHeight: 109, minTime: -1 }
 */
export function calculateSequenceLocks(
  tx: Transaction,
  coins: readonly Pick<Coin, 'height'>[],
  medianTimePastAt: (height: number) => number,
): SequenceLocks {
  // Version 1 had sequence numbers before they meant anything.
  if (tx.version < 2 || !tx.inputs.some(hasRelativeLock)) return UNLOCKED;
  let { minHeight, minTime } = UNLOCKED;
  for (let i = 0; i < tx.inputs.length; i++) {
    const input = tx.inputs[i] as TxIn;
    if (!hasRelativeLock(input)) continue;
    const { height } = coins[i] as Pick<Coin, 'height'>;
    const amount = input.sequence & SEQUENCE_LOCKTIME_MASK;
    if ((input.sequence & SEQUENCE_LOCKTIME_TYPE_FLAG) !== 0) {
      // Counted from the block before the coin's, which is the earliest that its own time can be.
      const coinTime = medianTimePastAt(Math.max(height - 1, 0));
      minTime = Math.max(minTime, coinTime + (amount << SEQUENCE_LOCKTIME_GRANULARITY) - 1);
    } else {
      minHeight = Math.max(minHeight, height + amount - 1);
    }
  }
  return { minHeight, minTime };
}

function hasRelativeLock({ sequence }: TxIn): boolean {
  return (sequence & SEQUENCE_LOCKTIME_DISABLE_FLAG) === 0;
}

/** Whether the locks are open in a block of this height, on one of this median time past. */
export function checkSequenceLocks(
  locks: SequenceLocks,
  height: number,
  previousMedianTimePast: number,
): boolean {
  return locks.minHeight < height && locks.minTime < previousMedianTimePast;
}
