/** The kinds of value that a field of a chain file can have: how each is read, and what is refused. */

import { nearestName } from '../../bytes/nearest-name.ts';
import { COIN, MAX_MONEY } from '../../primitives/amount.ts';
import { ChainSpecError } from './chain-spec-error.ts';
import type { JsonNode, Place } from './read-json.ts';

/** Reads a value that stands at a path, such as `premine[0].amount`. */
type ValueReader<T> = (node: JsonNode, path: string) => T;

/** How to read a value, and the words for what is allowed. */
export interface ValueKind<T> {
  readonly allowed: string;
  readonly read: ValueReader<T>;
}

/** Longer values are cut in messages, which stay one line. */
const MAX_SHOWN = 40;

const WHOLE = /^(?:0|[1-9][0-9]{0,15})$/;
const COINS = /^([0-9]{1,8})(?:\.([0-9]{1,8}))?$/;

/** A whole number of a range. */
export function wholeNumber(least: number, most: number): ValueKind<number> {
  const allowed = `whole numbers from ${withCommas(least)} to ${withCommas(most)}`;
  return valueKind(allowed, (node) => wholeNumberIn(node, least, most));
}

/** The whole number that a value is, if it lies in a range. */
export function wholeNumberIn(node: JsonNode, least: number, most: number): number | undefined {
  if (node.kind !== 'number' || !WHOLE.test(node.digits)) return undefined;
  const value = Number(node.digits);
  return value >= least && value <= most ? value : undefined;
}

/** An amount of coins, as satoshis. It is never a floating-point number on its way. */
export function coins(least: bigint): ValueKind<bigint> {
  const allowed = `coins from ${coinText(least)} to ${withCommas(Number(MAX_MONEY / COIN))}, with 8 decimals at most, as a number or in quotes`;
  return valueKind(allowed, (node) => {
    const text = node.kind === 'number' ? node.digits : node.kind === 'string' ? node.value : '';
    const [, whole, decimals = ''] = COINS.exec(text) ?? [];
    if (whole === undefined) return undefined;
    const value = BigInt(whole) * COIN + BigInt(decimals.padEnd(8, '0'));
    return value >= least && value <= MAX_MONEY ? value : undefined;
  });
}

/** Text that passes a test. */
export function textThat(allowed: string, passes: (text: string) => boolean): ValueKind<string> {
  return valueKind(allowed, (node) =>
    node.kind === 'string' && passes(node.value) ? node.value : undefined,
  );
}

/** One of a few words. */
export function oneOf<T extends string>(...words: readonly T[]): ValueKind<T> {
  return valueKind(words.map((word) => JSON.stringify(word)).join(', '), (node) =>
    node.kind === 'string' ? words.find((word) => word === node.value) : undefined,
  );
}

/** A kind of value whose `read` answers undefined for what is not allowed. */
export function valueKind<T>(
  allowed: string,
  read: (node: JsonNode) => T | undefined,
): ValueKind<T> {
  return {
    allowed,
    read: (node, path) => {
      const value = read(node);
      if (value === undefined) throw refused(path, node, allowed);
      return value;
    },
  };
}

/**
 * The named values of an object, by name. Names that begin with two slashes are remarks. Nothing is
 * ever assigned by a name from the file, so that `__proto__` is as unknown as any other.
 */
export function readFields(
  node: JsonNode,
  path: string,
  names: readonly string[],
): ReadonlyMap<string, JsonNode> {
  if (node.kind !== 'object') throw refused(path, node, `{ … } with ${names.join(', ')}`);
  const fields = new Map<string, JsonNode>();
  for (const { key, value, ...place } of node.entries) {
    if (key.startsWith('//')) continue;
    const field = path === '' ? key : `${path}.${key}`;
    if (!names.includes(key)) throw unknownField(field, key, names, place);
    if (fields.has(key)) {
      throw new ChainSpecError(
        'repeated-field',
        field,
        `${field} is there a second time (${placeText(place)}); allowed: once`,
      );
    }
    fields.set(key, value);
  }
  return fields;
}

function unknownField(
  field: string,
  key: string,
  names: readonly string[],
  place: Place,
): ChainSpecError {
  const nearest = nearestName(key, names);
  const hint = nearest === undefined ? `allowed: ${names.join(', ')}` : `did you mean ${nearest}?`;
  return new ChainSpecError(
    'unknown-field',
    shortened(field),
    `${quoted(field)} is no field of a chain (${placeText(place)}); ${hint}`,
  );
}

/** The error for a value that is not allowed. */
export function refused(path: string, node: JsonNode, allowed: string): ChainSpecError {
  const field = path === '' ? 'the file' : path;
  return new ChainSpecError(
    'bad-value',
    path,
    `${field} is ${shownValue(node)} (${placeText(node)}); allowed: ${allowed}`,
  );
}

/** A value as messages repeat it. */
function shownValue(node: JsonNode): string {
  switch (node.kind) {
    case 'object':
      return 'an object';
    case 'list':
      return 'a list';
    case 'string':
      return quoted(node.value);
    case 'number':
      return shortened(node.digits);
    case 'word':
      return node.word;
  }
}

/** In quotes, and without the control characters that could move a cursor. */
export function quoted(text: string): string {
  return JSON.stringify(shortened(text)).replace(
    /[\u007f-\u009f]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
}

function shortened(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

function placeText({ line }: Place): string {
  return `line ${line}`;
}

/** Coins as people write them: no zeros at the end. */
export function coinText(satoshis: bigint): string {
  const decimals = (satoshis % COIN).toString().padStart(8, '0').replace(/0+$/, '');
  return decimals === '' ? `${satoshis / COIN}` : `${satoshis / COIN}.${decimals}`;
}

/** 21,000,000 */
function withCommas(value: number): string {
  return value.toString().replace(/\B(?=(?:\d{3})+$)/g, ',');
}
