/** Between the values of JavaScript and those that JSON-RPC's methods take and give. */
import { type Json, jsonText } from '../protocol/report/json-text.ts';
import { JsonMap, JsonNumber, type JsonValue } from '../protocol/report/json-value.ts';
import { NodeError } from './node-error.ts';

/**
 * What a method is given. Numbers keep the digits that JavaScript writes, so that 0.1 is ten million
 * satoshis and no fraction more; a bigint is a whole number of any size.
 *
 * @throws NodeError `bad-option` for what is no JSON
 */
export function jsonValue(value: unknown): JsonValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return new JsonNumber(String(value));
  if (typeof value === 'number' && Number.isFinite(value)) return new JsonNumber(String(value));
  if (Array.isArray(value)) return value.map(jsonValue);
  if (isPlainObject(value)) return jsonMap(value);
  const shown = typeof value === 'object' ? value.constructor?.name : String(value);
  const allowed = 'text, numbers, bigints, booleans, null, lists and plain objects of these';
  throw new NodeError('bad-option', `JSON-RPC cannot be given ${shown}; allowed: ${allowed}`);
}

/** The arguments of a method: by position, or, where a plain object is all that is given, by name. */
export function methodArguments(args: readonly unknown[]): JsonValue {
  const [first] = args;
  return args.length === 1 && isPlainObject(first) ? jsonMap(first) : args.map(jsonValue);
}

/** Named arguments. */
function jsonMap(value: Readonly<Record<string, unknown>>): JsonMap {
  const map = new JsonMap();
  for (const [name, item] of Object.entries(value)) {
    if (item !== undefined) map.set(name, jsonValue(item));
  }
  return map;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** What a client makes of an answer: what `JSON.parse` makes of its text. */
export function plainValue(answer: Json): unknown {
  return typeof answer === 'string' || typeof answer === 'boolean' || answer === null
    ? answer
    : JSON.parse(jsonText(answer));
}
