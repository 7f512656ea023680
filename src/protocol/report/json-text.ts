/**
 * JSON as Bitcoin Core writes it, to the last character: amounts with eight decimals, whole numbers
 * of any size, fractions with sixteen digits. `JSON.stringify` would print an amount of 0.10000000
 * as 0.1, and round what is larger than 2^53.
 */
import { JsonNumber } from './json-value.ts';

/**
 * What can be written as JSON, all that was read as JSON among it. A field that is `undefined` is left
 * out.
 */
export type Json =
  | null
  | boolean
  | number
  | bigint
  | string
  | JsonNumber
  | readonly Json[]
  | ReadonlyMap<string, Json>
  | JsonObject;

export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

/**
 * An amount in bitcoins, always with eight decimals.
 *
 * @example
 * jsonText(amountNumber(5_000_000_000n)) // '50.00000000'
 */
export function amountNumber(satoshis: bigint): JsonNumber {
  return new JsonNumber(amountText(satoshis));
}

/**
 * The same as text.
 *
 * @example
 * amountText(-1n) // '-0.00000001'
 */
export function amountText(satoshis: bigint): string {
  const digits = (satoshis < 0n ? -satoshis : satoshis).toString().padStart(9, '0');
  return `${satoshis < 0n ? '-' : ''}${digits.slice(0, -8)}.${digits.slice(-8)}`;
}

/**
 * Writes a value as one line, or indented by so many spaces a level. `jsonText(value, 2)` is what
 * `bitcoin-cli` prints.
 *
 * @example
 * jsonText({ n: 1, tx: ['ab'] }) // '{"n":1,"tx":["ab"]}'
 */
export function jsonText(value: Json, indent = 0): string {
  if (indent === 0) return lineOf(value);
  const parts: string[] = [];
  write(value, indent, 1, parts);
  return parts.join('');
}

/** Everything in one line, which is what programs get: measured, twice as fast as the general way. */
function lineOf(value: Json): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return numberText(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (isArray(value)) {
    let text = '[';
    for (let i = 0; i < value.length; i++) {
      text += (i === 0 ? '' : ',') + lineOf(value[i] as Json);
    }
    return `${text}]`;
  }
  if (value instanceof JsonNumber) return value.text;
  if (isMap(value)) return lineOfMap(value);
  let text = '';
  for (const name of Object.keys(value)) {
    const item = value[name];
    if (item !== undefined) text += `${text === '' ? '' : ','}${quoted(name)}:${lineOf(item)}`;
  }
  return `{${text}}`;
}

function lineOfMap(map: ReadonlyMap<string, Json>): string {
  const items = [...map].map(([name, item]) => `${quoted(name)}:${lineOf(item)}`);
  return `{${items.join(',')}}`;
}

function write(value: Json, indent: number, level: number, parts: string[]): void {
  if (typeof value === 'string') {
    parts.push(quoted(value));
  } else if (typeof value === 'number') {
    parts.push(numberText(value));
  } else if (value === null || typeof value !== 'object') {
    parts.push(String(value));
  } else if (isArray(value)) {
    const items = value.map((item) => ({ opening: '', item }));
    writeItems('[', items, ']', indent, level, parts);
  } else if (value instanceof JsonNumber) {
    parts.push(value.text);
  } else {
    const colon = indent > 0 ? ': ' : ':';
    const items: Item[] = [];
    for (const [name, item] of isMap(value) ? value : Object.entries(value)) {
      if (item !== undefined) items.push({ opening: `${quoted(name)}${colon}`, item });
    }
    writeItems('{', items, '}', indent, level, parts);
  }
}

interface Item {
  readonly opening: string;
  readonly item: Json;
}

/** Core breaks the line inside of an empty list too. */
function writeItems(
  open: string,
  items: readonly Item[],
  close: string,
  indent: number,
  level: number,
  parts: string[],
): void {
  const newLine = indent > 0 ? '\n' : '';
  const margin = ' '.repeat(indent * level);
  parts.push(open, newLine);
  items.forEach(({ opening, item }, i) => {
    parts.push(margin, opening);
    write(item, indent, level + 1, parts);
    parts.push(i + 1 < items.length ? ',' : '', newLine);
  });
  parts.push(' '.repeat(indent * (level - 1)), close);
}

function isArray(value: object): value is readonly Json[] {
  return Array.isArray(value);
}

function isMap(value: object): value is ReadonlyMap<string, Json> {
  return value instanceof Map;
}

/** Anything but visible ASCII and spaces, and the two characters that always have to be escaped. */
const NEEDS_ESCAPES = /[^ !#-[\]-~]/;

/** As `JSON.stringify` has it, and the one character more that Core escapes. */
function quoted(text: string): string {
  if (!NEEDS_ESCAPES.test(text)) return `"${text}"`;
  return JSON.stringify(text).replaceAll('\u007f', '\\u007f');
}

/** How many digits of a fraction are printed. The next one may already be wrong. */
const PRECISION = 16;
/** More digits than decide how a 64-bit fraction is rounded. */
const EXACT = 100;

/**
 * A number as C++ streams print it at a precision of sixteen (`%.16g`).
 *
 * @example
 * numberText(4.656542373906925e-10) // '4.656542373906925e-10'
 */
function numberText(value: number): string {
  // JSON has no infinity. It is the difficulty of a header whose target is zero.
  if (!Number.isFinite(value)) return 'null';
  if (Number.isSafeInteger(value)) return String(value);
  const [digits, exponent] = roundedDigits(Math.abs(value));
  const trimmed = digits.replace(/0+$/, '');
  const sign = value < 0 ? '-' : '';
  if (exponent < -4 || exponent >= PRECISION) {
    const fraction = trimmed.length > 1 ? `.${trimmed.slice(1)}` : '';
    const power = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${trimmed[0]}${fraction}e${exponent < 0 ? '-' : '+'}${power}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${trimmed}`;
  const whole = digits.slice(0, exponent + 1);
  const fraction = trimmed.slice(exponent + 1);
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/**
 * Sixteen significant digits and the power of ten of the first. Ties go to the even digit, as in C;
 * `toPrecision` sends them up, and difficulties that are powers of two are such ties.
 */
function roundedDigits(value: number): readonly [digits: string, exponent: number] {
  const [mantissa = '', power = '0'] = value.toExponential(EXACT - 1).split('e');
  const exact = BigInt(mantissa.replace('.', ''));
  const unit = 10n ** BigInt(EXACT - PRECISION);
  const rest = exact % unit;
  let rounded = exact / unit;
  if (rest * 2n > unit || (rest * 2n === unit && rounded % 2n === 1n)) rounded++;
  const carried = rounded === 10n ** BigInt(PRECISION);
  const digits = (carried ? rounded / 10n : rounded).toString();
  return [digits, Number(power) + (carried ? 1 : 0)];
}
