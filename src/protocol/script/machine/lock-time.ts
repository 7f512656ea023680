/** Whether a transaction is as late as one of its inputs asks (BIP65), or that input as old (BIP112). */
import type { Transaction, TxIn } from '../../primitives/transaction.ts';
import { SEQUENCE_FINAL } from '../../primitives/transaction.ts';

/** A lock time below it is a height, else a time: the 5th of November 1985, before any block. */
const LOCKTIME_THRESHOLD = 500_000_000;

/** BIP68: a sequence with this bit is no relative lock time. */
export const SEQUENCE_DISABLE_FLAG = 0x80000000;
/** BIP68: with this bit a relative lock time counts units of 512 seconds, else blocks. */
const SEQUENCE_TYPE_FLAG = 0x00400000;
const SEQUENCE_VALUE_MASK = 0x0000ffff;

/**
 * Whether the transaction is locked until the required height or time, or later. Consensus holds it
 * to its own lock time, so it is enough to compare the two.
 */
export function meetsLockTime(tx: Transaction, input: TxIn, required: number): boolean {
  if (tx.lockTime < LOCKTIME_THRESHOLD !== required < LOCKTIME_THRESHOLD) return false;
  // An input that is final switches the lock time of its transaction off.
  return required <= tx.lockTime && input.sequence !== SEQUENCE_FINAL;
}

/** The same for the age of the coin that is spent: consensus holds the input to its sequence (BIP68). */
export function meetsSequence(tx: Transaction, input: TxIn, required: number): boolean {
  // Before version 2, sequences were anything, and BIP68 does not read them.
  if (tx.version < 2 || (input.sequence & SEQUENCE_DISABLE_FLAG) !== 0) return false;
  const mask = SEQUENCE_TYPE_FLAG | SEQUENCE_VALUE_MASK;
  const actual = input.sequence & mask;
  const wanted = required & mask;
  if (actual < SEQUENCE_TYPE_FLAG !== wanted < SEQUENCE_TYPE_FLAG) return false;
  return wanted <= actual;
}
