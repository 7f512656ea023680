/**
 * Amounts as Bitcoin Core's database holds them. People pay round sums, so the zeros at the end are
 * counted instead of written, and the last digit before them, which is never zero, takes nine values.
 */
import { DecodeError } from '../../protocol/bytes/decode-error.ts';
import { EncodeError } from '../../protocol/bytes/encode-error.ts';

/** Zeros beyond these are left in the number. */
const MOST_ZEROS = 9;
/** 500 times all the money there will be. The codes of amounts twice as large need more than 64 bits. */
const MOST = 2n ** 60n;
/** An amount below this, which is nearly every one, is compressed to a number that a double holds. */
const SMALL_AMOUNT = 900_000_000_000_000n;
/** A code up to this has its digits in a double, though its amount may not fit one. */
const SMALL_CODE = 8_000_000_000_000_000;

/**
 * The number that stands for an amount.
 *
 * @example
 * compressAmount(5_000_000_000n) // 50
 * compressAmount(1n) // 1
 */
export function compressAmount(amount: bigint): number | bigint {
  if (amount < 0n || amount > MOST) {
    throw new EncodeError(`an amount of ${amount} satoshis: allowed are 0 to 2^60`);
  }
  if (amount === 0n) return 0;
  return amount < SMALL_AMOUNT ? compressSmall(Number(amount)) : compressLarge(amount);
}

function compressSmall(amount: number): number {
  let rest = amount;
  let zeros = 0;
  while (zeros < MOST_ZEROS && rest % 10 === 0) {
    rest /= 10;
    zeros++;
  }
  if (zeros === MOST_ZEROS) return 1 + (rest - 1) * 10 + MOST_ZEROS;
  const digit = rest % 10;
  return 1 + (((rest - digit) / 10) * 9 + digit - 1) * 10 + zeros;
}

function compressLarge(amount: bigint): bigint {
  let rest = amount;
  let zeros = 0;
  while (zeros < MOST_ZEROS && rest % 10n === 0n) {
    rest /= 10n;
    zeros++;
  }
  if (zeros === MOST_ZEROS) return 1n + (rest - 1n) * 10n + BigInt(MOST_ZEROS);
  const digit = rest % 10n;
  return 1n + ((rest / 10n) * 9n + digit - 1n) * 10n + BigInt(zeros);
}

/**
 * The amount that a number stands for.
 *
 * @example
 * decompressAmount(50) // 5_000_000_000n
 *
 * @throws DecodeError `bad-value` beyond 2^60, where Bitcoin Core would at some point start again from zero.
 */
export function decompressAmount(code: number | bigint): bigint {
  if (code === 0 || code === 0n) return 0n;
  if (typeof code === 'number' && code <= SMALL_CODE) {
    const amount = decompressSmall(code);
    // A product that was rounded is beyond the safe integers, too.
    if (Number.isSafeInteger(amount)) return BigInt(amount);
  }
  return decompressLarge(BigInt(code));
}

function decompressSmall(code: number): number {
  const zeros = (code - 1) % 10;
  const rest = (code - 1 - zeros) / 10;
  if (zeros === MOST_ZEROS) return (rest + 1) * 10 ** MOST_ZEROS;
  const digit = (rest % 9) + 1;
  return (((rest - digit + 1) / 9) * 10 + digit) * 10 ** zeros;
}

function decompressLarge(code: bigint): bigint {
  const zeros = (code - 1n) % 10n;
  const rest = (code - 1n) / 10n;
  const significant =
    zeros === BigInt(MOST_ZEROS) ? rest + 1n : (rest / 9n) * 10n + (rest % 9n) + 1n;
  const amount = significant * 10n ** zeros;
  if (amount > MOST) {
    throw new DecodeError('bad-value', `a compressed amount of ${code} is more than 2^60 satoshis`);
  }
  return amount;
}
