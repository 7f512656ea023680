/**
 * Where a Bech32 text is wrong. Its checksum is a BCH code that finds up to two wrong characters,
 * and says where they are, but not what belongs there: that is for its owner to look up, because a
 * guess that fits the checksum may still be another address (BIP173).
 *
 * A text is a polynomial over GF(32) with its last character as the constant term. A right one is a
 * multiple of the generator, whose roots are e^997, e^998 and e^999, with e a primitive element of
 * GF(1024). So the values of a wrong one at these three points (the syndromes) are those of the
 * error alone, and give it away where it has one or two terms.
 */

/** What is wrong, in Bitcoin Core's words, and at which bytes of the text, counted from 0. */
export interface Bech32Diagnosis {
  readonly message: string;
  readonly locations: readonly number[];
}

/** What the checksum comes to: 1 in BIP173, and since BIP350 another number from version 1 on. */
const BECH32 = { name: 'Bech32', constant: 1 };
const BECH32M = { name: 'Bech32m', constant: 0x2bc830a3 };

const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const MAX_LENGTH = 90;
const CHECKSUM_LENGTH = 6;
/** The multiples 1, 2, 4, 8 and 16 of the generator without its leading term. */
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/**
 * What is wrong with a text that should be Bech32 or Bech32m; undefined where its form and its
 * checksum are right.
 *
 * @example
 * diagnoseBech32('bcrt1ql2r22yru5mejqhg6qhdy5qcyauu7lzwkr8ltux')
 * // { message: 'Invalid Bech32 checksum', locations: [43] }
 */
export function diagnoseBech32(text: string): Bech32Diagnosis | undefined {
  // Core counts bytes, and so do the locations.
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > MAX_LENGTH) {
    const locations = Array.from({ length: bytes.length - MAX_LENGTH }, (_, i) => MAX_LENGTH + i);
    return { message: 'Bech32 string too long', locations };
  }
  const misfits = misfitsOf(bytes);
  if (misfits.length > 0) return { message: 'Invalid character or mixed case', locations: misfits };
  const lower = text.toLowerCase();
  const separator = lower.lastIndexOf('1');
  if (separator === -1) return { message: 'Missing separator', locations: [] };
  if (separator === 0 || separator + 1 + CHECKSUM_LENGTH > lower.length) {
    return { message: 'Invalid separator position', locations: [separator] };
  }
  const values = Array.from(lower.slice(separator + 1), (character) => ALPHABET.indexOf(character));
  const foreign = values.indexOf(-1);
  if (foreign !== -1) {
    return { message: 'Invalid Base 32 character', locations: [separator + 1 + foreign] };
  }
  return diagnoseChecksum(lower.slice(0, separator), values);
}

/** Characters that never stand in a Bech32 text, and letters of the other case than the first. */
function misfitsOf(bytes: Uint8Array): number[] {
  const misfits: number[] = [];
  let first: 'lower' | 'upper' | undefined;
  bytes.forEach((byte, at) => {
    const letterCase =
      byte >= 0x61 && byte <= 0x7a ? 'lower' : byte >= 0x41 && byte <= 0x5a ? 'upper' : undefined;
    if (letterCase === undefined) {
      if (byte < 33 || byte > 126) misfits.push(at);
      return;
    }
    first ??= letterCase;
    if (letterCase !== first) misfits.push(at);
  });
  return misfits;
}

/**
 * Both checksums are tried, because the version that tells them apart may be what is wrong, and the
 * one with fewer errors is taken.
 */
function diagnoseChecksum(prefix: string, values: readonly number[]): Bech32Diagnosis | undefined {
  const remainder = polymod([...expandPrefix(prefix), ...values]);
  let best: readonly number[] = [];
  let name: string | undefined;
  for (const encoding of [BECH32, BECH32M]) {
    const residue = remainder ^ encoding.constant;
    if (residue === 0) return undefined;
    const errors = errorPositions(residue, values.length);
    if (best.length === 0 || (errors.length > 0 && errors.length < best.length)) {
      best = errors;
      if (errors.length > 0) name = encoding.name;
    }
  }
  const last = prefix.length + values.length;
  return {
    message: name === undefined ? 'Invalid checksum' : `Invalid ${name} checksum`,
    locations: best.map((position) => last - position),
  };
}

/** The powers of the terms of the error, the highest first; none where there are more than two. */
function errorPositions(residue: number, length: number): readonly number[] {
  const syndromes: Syndromes = [
    evaluate(residue, 997),
    evaluate(residue, 998),
    evaluate(residue, 999),
  ];
  const [s0, s1, s2] = syndromes;
  // A single error c * x^p gives s0, s1, s2 as a geometric progression with the ratio e^p.
  if (s0 !== 0 && s1 !== 0 && s2 !== 0 && multiply(s1, s1) === multiply(s0, s2)) {
    const position = logOf(divide(s1, s0));
    return position < length && isInGf32(divide(s0, power(997 * position))) ? [position] : [];
  }
  for (let first = 0; first < length; first++) {
    const second = secondPosition(syndromes, first, length);
    if (second !== undefined) return first > second ? [first, second] : [second, first];
  }
  return [];
}

type Syndromes = readonly [number, number, number];

/**
 * With an error c1 * x^p1 + c2 * x^p2, adding s[j] * e^p1 to s[j + 1] leaves no c1, but
 * c2 * e^(p2 * (997 + j)) * (e^p1 + e^p2): the ratio of two such sums is e^p2.
 */
function secondPosition(
  [s0, s1, s2]: Syndromes,
  first: number,
  length: number,
): number | undefined {
  const lower = s1 ^ multiply(s0, power(first));
  const upper = s2 ^ multiply(s1, power(first));
  if (lower === 0 || upper === 0) return undefined;
  const second = logOf(divide(upper, lower));
  if (second >= length || second === first) return undefined;
  const other = s1 ^ multiply(s0, power(second));
  if (other === 0) return undefined;
  // Characters are elements of GF(32), so the two coefficients must be.
  const sum = power(first) ^ power(second);
  const secondFits = isInGf32(divide(lower, multiply(sum, power(997 * second))));
  const firstFits = isInGf32(divide(other, multiply(sum, power(997 * first))));
  return secondFits && firstFits ? second : undefined;
}

/** The remainder of a text by the generator, six values of five bits. */
function polymod(values: readonly number[]): number {
  let remainder = 1;
  for (const value of values) {
    const top = remainder >>> 25;
    remainder = ((remainder & 0x1ffffff) << 5) ^ value;
    GENERATOR.forEach((multiple, bit) => {
      if ((top >> bit) & 1) remainder ^= multiple;
    });
  }
  return remainder;
}

function expandPrefix(prefix: string): number[] {
  const codes = Array.from(prefix, (character) => character.charCodeAt(0));
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

/** A remainder as a polynomial, at the point e^exponent. */
function evaluate(residue: number, exponent: number): number {
  let value = 0;
  for (let degree = 0; degree < CHECKSUM_LENGTH; degree++) {
    const coefficient = (residue >>> (5 * degree)) & 31;
    value ^= multiply(coefficient, power(exponent * degree));
  }
  return value;
}

// GF(1024), as pairs of elements of GF(32): v1 * e + v0, with e^2 = 9 * e + 23. Every element but
// zero is a power of e, so a product is a sum of logarithms.
const GROUP_ORDER = 1023;
const EXP = new Uint16Array(GROUP_ORDER);
const LOG = new Uint16Array(GROUP_ORDER + 1);
for (let i = 0, value = 1; i < GROUP_ORDER; i++) {
  EXP[i] = value;
  LOG[value] = i;
  const high = value >> 5;
  value = ((multiply32(high, 9) ^ (value & 31)) << 5) | multiply32(high, 23);
}

/** GF(32): polynomials over bits, by x^5 + x^3 + 1. */
function multiply32(a: number, b: number): number {
  let product = 0;
  for (let bit = 4; bit >= 0; bit--) {
    product <<= 1;
    if (product & 32) product ^= 0b101001;
    if ((b >> bit) & 1) product ^= a;
  }
  return product;
}

function power(exponent: number): number {
  return EXP[exponent % GROUP_ORDER] as number;
}

function logOf(value: number): number {
  return LOG[value] as number;
}

function multiply(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : power(logOf(a) + logOf(b));
}

function divide(a: number, b: number): number {
  return a === 0 ? 0 : power(logOf(a) + GROUP_ORDER - logOf(b));
}

/** GF(32) within GF(1024): zero and the powers of e^33, which are the elements with v1 = 0. */
function isInGf32(value: number): boolean {
  return value < 32;
}
