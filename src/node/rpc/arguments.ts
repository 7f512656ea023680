/**
 * Takes values of a request for what they should be. What is not gets the error code and the words of
 * Bitcoin Core: clients match on both.
 */
import { fromHex } from '../../protocol/bytes/hex.ts';
import { JsonNumber, type JsonValue } from '../../protocol/report/json-value.ts';
import { RPC, RpcError } from './rpc-error.ts';

/** The types of JSON, as Core calls them. */
export type JsonType = 'null' | 'bool' | 'object' | 'array' | 'string' | 'number';

/** As much as there can ever be: 21 million bitcoins. */
const MAX_MONEY = 2_100_000_000_000_000n;
const AMOUNT_DECIMALS = 8;

/**
 * What a value is; what was not given is null.
 *
 * @example
 * jsonType(new JsonNumber('1')) // 'number'
 */
export function jsonType(value: JsonValue | undefined): JsonType {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (value instanceof JsonNumber) return 'number';
  return isArray(value) ? 'array' : 'object';
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The complaint about a value of another type. */
export function typeMismatch(value: JsonValue | undefined, expected: JsonType): string {
  return `JSON value of type ${jsonType(value)} is not of expected type ${expected}`;
}

function wrongType(value: JsonValue | undefined, expected: JsonType): RpcError {
  return new RpcError(RPC.type, typeMismatch(value, expected));
}

/** A string, or the error -3. */
export function stringFrom(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  throw wrongType(value, 'string');
}

/** A boolean, or the error -3. */
export function booleanFrom(value: JsonValue | undefined): boolean {
  if (typeof value === 'boolean') return value;
  throw wrongType(value, 'bool');
}

/** A list, or the error -3. */
export function arrayFrom(value: JsonValue | undefined): readonly JsonValue[] {
  if (value !== undefined && value !== null && isArray(value)) return value;
  throw wrongType(value, 'array');
}

/** An object, or the error -3. */
export function objectFrom(value: JsonValue | undefined): ReadonlyMap<string, JsonValue> {
  if (value instanceof Map) return value;
  throw wrongType(value, 'object');
}

/** A number with its digits, or the error -3. */
function numberFrom(value: JsonValue | undefined): JsonNumber {
  if (value instanceof JsonNumber) return value;
  throw wrongType(value, 'number');
}

/** A fraction, as a double. */
export function realFrom(value: JsonValue | undefined): number {
  const number = Number(numberFrom(value).text);
  if (Number.isFinite(number)) return number;
  throw new RpcError(RPC.misc, 'JSON double out of range');
}

/**
 * A whole number of 32 bits with a sign, as most of Core's are. `1.0` and `1e3` are none.
 *
 * @example
 * int32From(new JsonNumber('-1')) // -1
 */
export function int32From(value: JsonValue | undefined): number {
  return Number(wholeFrom(value, -(2n ** 31n), 2n ** 31n - 1n));
}

/** A whole number of 32 bits without a sign. */
export function uint32From(value: JsonValue | undefined): number {
  return Number(wholeFrom(value, 0n, 2n ** 32n - 1n));
}

/** A whole number of 64 bits with a sign. */
export function int64From(value: JsonValue | undefined): bigint {
  return wholeFrom(value, -(2n ** 63n), 2n ** 63n - 1n);
}

/** A whole number of 64 bits without a sign. */
export function uint64From(value: JsonValue | undefined): bigint {
  return wholeFrom(value, 0n, 2n ** 64n - 1n);
}

/** A whole number from `least` to `most`. */
export function wholeFrom(value: JsonValue | undefined, least: bigint, most: bigint): bigint {
  const { text } = numberFrom(value);
  const allowed = least < 0n ? /^-?\d{1,20}$/ : /^\d{1,20}$/;
  if (allowed.test(text)) {
    const whole = BigInt(text);
    if (whole >= least && whole <= most) return whole;
  }
  throw new RpcError(RPC.misc, 'JSON integer out of range');
}

/**
 * Satoshis from an amount in bitcoins: a number or a string with at most eight decimals.
 *
 * @example
 * amountFrom(new JsonNumber('0.1')) // 10_000_000n
 */
export function amountFrom(value: JsonValue | undefined, decimals = AMOUNT_DECIMALS): bigint {
  const text = value instanceof JsonNumber ? value.text : value;
  if (typeof text !== 'string') throw new RpcError(RPC.type, 'Amount is not a number or string');
  const amount = fixedPoint(text, decimals);
  if (amount === undefined) throw new RpcError(RPC.type, 'Invalid amount');
  if (amount < 0n || amount > MAX_MONEY) throw new RpcError(RPC.type, 'Amount out of range');
  return amount;
}

const FIXED_POINT = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
/** Below 10^18 in units, Core's bound; it also bounds the work. */
const FIXED_POINT_DIGITS = 18;

/** A decimal number in units of `10^-decimals`; undefined if it is none, or not a whole number of them. */
function fixedPoint(text: string, decimals: number): bigint | undefined {
  const match = FIXED_POINT.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  // Of nothing but zeros, Core counts those behind the point only.
  const zeros = significant === '' ? fraction.length : digits.length - significant.length;
  const power = Number(exponent) - fraction.length + zeros + decimals;
  if (power < 0 || power >= FIXED_POINT_DIGITS) return undefined;
  if (significant === '') return 0n;
  if (significant.length + power > FIXED_POINT_DIGITS) return undefined;
  const units = BigInt(significant) * 10n ** BigInt(power);
  return sign === '-' ? -units : units;
}

const HASH_DIGITS = 64;
const HEX = /^(?:[0-9a-fA-F]{2})*$/;

/**
 * A hash, written with its last byte first.
 *
 * @example
 * hashFrom(args[0], 'blockhash') // 32 bytes
 * @throws RpcError -8, in which the value goes by `name`
 */
export function hashFrom(value: JsonValue | undefined, name: string): Uint8Array {
  const text = stringFrom(value);
  if (text.length !== HASH_DIGITS) {
    const found = `${new TextEncoder().encode(text).length}, for '${text}'`;
    throw new RpcError(
      RPC.invalidParameter,
      `${name} must be of length ${HASH_DIGITS} (not ${found})`,
    );
  }
  return hexFrom(text, name).reverse();
}

/** Bytes in hexadecimal digits, or the error -8. */
export function hexFrom(value: JsonValue | undefined, name: string): Uint8Array {
  // What is no string is an empty one to Core.
  const text = typeof value === 'string' ? value : '';
  const bytes = text === '' ? undefined : bytesFromHex(text);
  if (bytes !== undefined) return bytes;
  throw new RpcError(RPC.invalidParameter, `${name} must be hexadecimal string (not '${text}')`);
}

/** Bytes in hexadecimal digits, none of them from an empty text; undefined if there is anything else in it. */
export function bytesFromHex(text: string): Uint8Array | undefined {
  return HEX.test(text) ? fromHex(text.toLowerCase()) : undefined;
}

/** The types that the fields of an object should have. */
export type FieldTypes = Readonly<Record<string, JsonType | 'any'>>;

/**
 * Looks at the fields of an object: whether they are there, of the right type, and, if `strict`, the
 * only ones.
 */
export function checkFields(
  object: ReadonlyMap<string, JsonValue>,
  types: FieldTypes,
  { allowMissing = false, strict = false }: { allowMissing?: boolean; strict?: boolean } = {},
): void {
  // In the order of their names, since the first one that is wrong is the one that is told.
  for (const name of Object.keys(types).sort()) {
    const expected = types[name] as JsonType | 'any';
    const value = object.get(name) ?? null;
    if (value === null && allowMissing) continue;
    if (value === null) throw new RpcError(RPC.type, `Missing ${name}`);
    if (expected === 'any' || jsonType(value) === expected) continue;
    throw new RpcError(
      RPC.type,
      `JSON value of type ${jsonType(value)} for field ${name} is not of expected type ${expected}`,
    );
  }
  if (!strict) return;
  for (const name of object.keys()) {
    if (!Object.hasOwn(types, name)) throw new RpcError(RPC.type, `Unexpected key ${name}`);
  }
}
