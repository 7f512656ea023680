/**
 * Fee rates: satoshis for 1,000 virtual bytes, whole ones, as Bitcoin Core reckons with them. Where
 * it rounds, it decides who gets in, so the rounding is the same here.
 */
import { COIN } from '../../../protocol/primitives/amount.ts';

const KILO = 1_000n;
const COIN_DIGITS = 8;

/**
 * What a rate asks for so many virtual bytes, rounded up; at least a satoshi, unless the rate or the
 * size is zero.
 *
 * @example
 * feeAt(1_000n, 141) // 141n
 * feeAt(1n, 141) // 1n
 */
export function feeAt(feeRate: bigint, vsize: number): bigint {
  const product = feeRate * BigInt(vsize);
  if (product <= 0n) return negativeFee(product);
  return (product + KILO - 1n) / KILO;
}

/** Operators may lower a transaction's fee below zero; rounded up, and then away from zero. */
function negativeFee(product: bigint): bigint {
  const fee = product / KILO;
  return fee === 0n && product < 0n ? -1n : fee;
}

/**
 * The rate that a fee is for so many virtual bytes, rounded towards zero.
 *
 * @example
 * feeRateOf(200n, 141) // 1418n
 */
export function feeRateOf(fee: bigint, vsize: number): bigint {
  return vsize > 0 ? (fee * KILO) / BigInt(vsize) : 0n;
}

/**
 * A rate as Core's messages write it.
 *
 * @example
 * formatFeeRate(1_000n) // '0.00001000 BTC/kvB'
 */
export function formatFeeRate(feeRate: bigint): string {
  const sign = feeRate < 0n ? '-' : '';
  const size = feeRate < 0n ? -feeRate : feeRate;
  const decimals = String(size % COIN).padStart(COIN_DIGITS, '0');
  return `${sign}${size / COIN}.${decimals} BTC/kvB`;
}
