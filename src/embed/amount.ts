import { COIN, MAX_MONEY } from '../protocol/primitives/amount.ts';
import { NodeError } from './node-error.ts';

/**
 * Money, wherever this library takes it. **A `bigint` counts satoshis; text or a number counts whole
 * coins**, as in JSON-RPC. What the library answers is always a `bigint` of satoshis.
 *
 * @example
 * await node.faucet(address, 150_000_000n); // 1.5 coins
 * await node.faucet(address, '1.5'); // the same
 * await node.faucet(address, 1.5); // the same
 */
export type Amount = bigint | number | string;

const COINS = /^(\d{1,8})(?:\.(\d{1,8}))?$/;
const ALLOWED =
  'satoshis as a bigint (150000000n), or coins as text or a number with 8 decimals at most ("1.5")';

/**
 * The satoshis of an amount, exactly: a number counts by the digits that it is written with, and one
 * that has more of them than money has is refused, not rounded.
 *
 * @throws NodeError `bad-amount`
 * @example
 * satoshisFrom('0.1') // 10_000_000n
 * satoshisFrom(0.1 + 0.2) // refused: 0.30000000000000004
 */
export function satoshisFrom(amount: Amount): bigint {
  const satoshis = typeof amount === 'bigint' ? amount : satoshisOfCoins(amount);
  if (satoshis !== undefined && satoshis > 0n && satoshis <= MAX_MONEY) return satoshis;
  const shown =
    typeof amount === 'bigint'
      ? `${amount}n`
      : typeof amount === 'number'
        ? String(amount)
        : JSON.stringify(amount);
  throw new NodeError('bad-amount', `the amount ${shown} is none; allowed: ${ALLOWED}`);
}

function satoshisOfCoins(amount: number | string): bigint | undefined {
  const [, whole, decimals = ''] = COINS.exec(digitsOf(amount)) ?? [];
  return whole === undefined ? undefined : BigInt(whole) * COIN + BigInt(decimals.padEnd(8, '0'));
}

/** A satoshi is `1e-8` to JavaScript. */
function digitsOf(amount: number | string): string {
  if (typeof amount === 'string') return amount;
  return Math.abs(amount) < 1e-6 ? amount.toFixed(8 + 3).replace(/000$/, '') : String(amount);
}
