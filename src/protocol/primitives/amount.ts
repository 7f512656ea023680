/** Amounts are whole satoshis in a `bigint`: a signed 64-bit number on the wire. */

/** The satoshis in a bitcoin. */
export const COIN = 100_000_000n;

/**
 * No amount, and no sum of amounts, may be larger. It is a check for sanity and not the supply,
 * which stays a little below; but consensus holds every implementation to exactly this number.
 */
export const MAX_MONEY = 21_000_000n * COIN;

/** Whether an amount lies between zero and {@link MAX_MONEY}. */
export function isMoney(amount: bigint): boolean {
  return amount >= 0n && amount <= MAX_MONEY;
}
