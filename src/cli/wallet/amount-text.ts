/** Amounts as people type and read them: coins with up to eight decimals, and never a fraction lost. */
import { COIN, MAX_MONEY } from '../../protocol/primitives/amount.ts';
import { grouped } from '../plain-words.ts';
import { quote } from '../quote.ts';
import { coinsText } from '../start/status-text.ts';
import { UsageError } from '../usage-error.ts';

const DECIMALS = 8;
const RATE_DECIMALS = 3;
const MAX_RATE = 100_000_000n;

/**
 * An amount that somebody typed, in satoshis.
 *
 * @example
 * parseCoins('1.5', 'AMOUNT') // 150_000_000n
 * @throws UsageError
 */
export function parseCoins(text: string, what: string): bigint {
  const amount = parseDecimal(text, DECIMALS);
  if (typeof amount === 'string') {
    throw new UsageError('bad-value', `${what} is ${quote(text)}: ${amount}`);
  }
  if (amount > 0n && amount <= MAX_MONEY) return amount;
  const limit = `allowed is more than 0, and up to ${grouped(MAX_MONEY / COIN)} coins`;
  throw new UsageError('bad-value', `${what} is ${quote(text)}; ${limit}`);
}

/**
 * A fee rate that somebody typed in satoshis for a virtual byte, as satoshis for 1,000 of them.
 *
 * @example
 * parseFeeRate('1.5') // 1_500n
 * @throws UsageError
 */
export function parseFeeRate(text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined;
  const rate = parseDecimal(text, RATE_DECIMALS);
  if (typeof rate === 'bigint' && rate > 0n && rate <= MAX_RATE) return rate;
  const words = typeof rate === 'string' ? rate : 'allowed is more than 0, and up to 100,000';
  throw new UsageError('bad-value', `--fee-rate is ${quote(text)} satoshis per vbyte: ${words}`);
}

/** The number, times ten for each decimal; or what is wrong with it. */
function parseDecimal(text: string, decimals: number): bigint | string {
  const found = /^(\d{1,16})(?:\.(\d*))?$|^\.(\d+)$/.exec(text);
  if (found === null) return 'allowed are digits and a decimal point, such as 1.5';
  const fraction = found[2] ?? found[3] ?? '';
  if (fraction.length > decimals) {
    return `it has ${fraction.length} decimals; allowed are up to ${decimals}`;
  }
  return BigInt(`${found[1] ?? '0'}${fraction.padEnd(decimals, '0')}`);
}

/**
 * An amount for programs: always eight decimals.
 *
 * @example
 * exactCoins(-150_000_000n) // '-1.50000000'
 */
export function exactCoins(satoshis: bigint): string {
  const [sign, size] = satoshis < 0n ? ['-', -satoshis] : ['', satoshis];
  return `${sign}${size / COIN}.${(size % COIN).toString().padStart(DECIMALS, '0')}`;
}

/**
 * Amounts of one column, with as many decimals as one of them needs: their points stand in a line.
 *
 * @example
 * alignedCoins([150_000_000n, 5_000_000_000n]) // ['1.5', '50.0']
 */
export function alignedCoins(amounts: readonly bigint[]): readonly string[] {
  const texts = amounts.map(exactCoins);
  const needed = Math.max(
    0,
    ...texts.map((text) => text.replace(/\.?0+$/, '').split('.')[1]?.length ?? 0),
  );
  return texts.map((text) =>
    text.slice(0, needed === 0 ? -(DECIMALS + 1) : text.length - DECIMALS + needed),
  );
}

/**
 * An amount in a sentence.
 *
 * @example
 * coinWords(100_000_000n) // '1 coin'
 */
export function coinWords(satoshis: bigint): string {
  return satoshis === COIN ? '1 coin' : `${coinsText(satoshis)} coins`;
}

/**
 * A fee rate for people.
 *
 * @example
 * feeRateText(211n, 141) // '1.5 sat/vB'
 */
export function feeRateText(fee: bigint, vsize: number): string {
  return `${(Number(fee) / vsize).toFixed(2).replace(/\.?0+$/, '')} sat/vB`;
}
