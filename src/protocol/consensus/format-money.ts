const COIN_DIGITS = 8;
const MIN_DECIMALS = 2;

/**
 * An amount in bitcoins as Bitcoin Core writes it in messages: with two decimals at least, and no
 * further zeros.
 *
 * @example
 * formatMoney(150_000_000n) // '1.50'
 */
export function formatMoney(satoshis: bigint): string {
  const sign = satoshis < 0n ? '-' : '';
  const digits = String(satoshis < 0n ? -satoshis : satoshis).padStart(COIN_DIGITS + 1, '0');
  const whole = digits.slice(0, -COIN_DIGITS);
  const decimals = digits.slice(-COIN_DIGITS).replace(/0+$/, '').padEnd(MIN_DECIMALS, '0');
  return `${sign}${whole}.${decimals}`;
}
