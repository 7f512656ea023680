/** Values as they were typed, and what they mean: forgiving, as Bitcoin Core is. */

/** A text; `false` for `-noname`, and `true` for `-noname=0`. */
export type SettingValue = string | boolean;

const MAX_INT = 2 ** 53 - 1;
const COIN = 100_000_000n;
const MAX_MONEY = 21_000_000n * COIN;

/**
 * The whole number that a text begins with; 0 if it begins with none.
 *
 * @example
 * numberFrom('12 MiB') // 12
 */
export function numberFrom(text: string): number {
  const found = /^\s*\+?(-?[0-9]+)/.exec(text);
  if (found === null || /^\s*\+-/.test(text)) return 0;
  return Math.max(-MAX_INT, Math.min(MAX_INT, Number(found[1])));
}

/**
 * Whether a text turns something on: nothing does, and every number but 0. No word does, `true`
 * included: a wart of old.
 */
export function flagFrom(text: string): boolean {
  return text === '' || numberFrom(text) !== 0;
}

/**
 * An amount of coins in satoshis; undefined if the text is none.
 *
 * @example
 * amountFrom('0.00001') // 1000n
 */
export function amountFrom(text: string): bigint | undefined {
  const found = /^([0-9]{0,10})(?:\.([0-9]{0,8}))?$/.exec(text.trim());
  if (found === null || text.trim() === '') return undefined;
  const [, whole = '', decimals = ''] = found;
  const amount = BigInt(whole) * COIN + BigInt(decimals.padEnd(8, '0'));
  return amount <= MAX_MONEY ? amount : undefined;
}

/** A value as text, where one is needed. */
export function textFrom(value: SettingValue): string {
  return typeof value === 'string' ? value : value ? '1' : '0';
}
