import { JsonNumber, type JsonValue } from '../protocol/report/json-value.ts';

/** JSON as JavaScript has it, with digits as text where a number would lose some. */
export type PlainJson =
  | null
  | boolean
  | number
  | string
  | readonly PlainJson[]
  | { readonly [name: string]: PlainJson };

/** Bitcoin Core writes amounts with eight decimals, always. */
const AMOUNT = /^-?\d+\.\d{8}$/;
const WHOLE = /^-?\d+$/;

/**
 * A value that was read, as plain objects, lists and numbers. Whole numbers beyond 2^53 and amounts
 * (which have eight decimals) stay text, so that no digit is lost; a difficulty or a share is a number,
 * unless it happens to have eight decimals as well: `Number(…)` takes both.
 *
 * @example
 * plainJson(readJson('{"height":7,"fee":0.00001000}')) // { height: 7, fee: '0.00001000' }
 */
export function plainJson(value: JsonValue): PlainJson {
  if (value instanceof JsonNumber) return plainNumber(value.text);
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([name, item]) => [name, plainJson(item)]));
  }
  if (Array.isArray(value)) return value.map(plainJson);
  return value as null | boolean | string;
}

function plainNumber(text: string): number | string {
  const number = Number(text);
  const isLost = WHOLE.test(text) ? !Number.isSafeInteger(number) : AMOUNT.test(text);
  return isLost ? text : number;
}
