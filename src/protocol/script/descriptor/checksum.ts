/**
 * The checksum of descriptors (BIP380): eight characters behind a `#`, made for mistakes in typing.
 * It finds any three wrong symbols, and any four in up to 507 characters.
 */
import { DescriptorError } from './descriptor-error.ts';

/**
 * What a descriptor may be written with, in an order that helps the code: hex digits and paths lie
 * in the first 32, and a letter lies a multiple of 32 away from itself in the other case. So the
 * mistakes that people make change one symbol each.
 */
const INPUT_CHARACTERS =
  "0123456789()[],'/*abcdefgh@:$%{}" +
  'IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~' +
  'ijklmnopqrstuvwxyzABCDEFGH`#"\\ ';
const CHECKSUM_CHARACTERS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const CHECKSUM_LENGTH = 8;

const NO_POSITION = 255;
/** By the code of the character. */
const POSITIONS = new Uint8Array(128).fill(NO_POSITION);
for (let position = 0; position < INPUT_CHARACTERS.length; position++) {
  POSITIONS[INPUT_CHARACTERS.charCodeAt(position)] = position;
}

/**
 * Multiples of the generator over GF(32), by 1, 2, 4, 8 and 16. They have 40 bits, more than the
 * bit operators take, and are kept in two halves of 20.
 */
const GENERATOR: readonly (readonly [high: number, low: number])[] = [
  [0xf5dee, 0x51989],
  [0xa9fdc, 0xa3312],
  [0x1bab1, 0x0e32d],
  [0x3706b, 0x1677a],
  [0x644d6, 0x26ffd],
];

/** What each value of the topmost five bits adds: sums of multiples, both halves in turn. */
const SUMS = new Int32Array(2 * 32);
for (let top = 0; top < 32; top++) {
  GENERATOR.forEach(([high, low], bit) => {
    if (((top >>> bit) & 1) === 0) return;
    SUMS[2 * top] = (SUMS[2 * top] as number) ^ high;
    SUMS[2 * top + 1] = (SUMS[2 * top + 1] as number) ^ low;
  });
}

/** The remainder of a polynomial whose coefficients come in one at a time. */
class Remainder {
  #high = 0;
  #low = 1;

  push(symbol: number): void {
    const top = this.#high >>> 15;
    const carried = this.#low >>> 15;
    this.#high = (((this.#high & 0x7fff) << 5) | carried) ^ (SUMS[2 * top] as number);
    this.#low = ((this.#low & 0x7fff) << 5) ^ symbol ^ (SUMS[2 * top + 1] as number);
  }

  /** So that zeros at the end count, the constant 1 is added. */
  text(): string {
    let text = '';
    for (const half of [this.#high, this.#low ^ 1]) {
      for (let shift = 15; shift >= 0; shift -= 5) {
        text += CHECKSUM_CHARACTERS[(half >>> shift) & 31];
      }
    }
    return text;
  }
}

/**
 * The checksum of a descriptor that is written without one.
 *
 * @example
 * descriptorChecksum('raw(51)') // '8lvh9jxk'
 */
export function descriptorChecksum(body: string): string {
  const remainder = new Remainder();
  let groups = 0;
  let count = 0;
  for (let i = 0; i < body.length; i++) {
    const position = POSITIONS[body.charCodeAt(i)] ?? NO_POSITION;
    if (position === NO_POSITION) {
      throw new DescriptorError('bad-character', 'Invalid characters in payload');
    }
    // Three characters make four symbols: their places in their groups, and the three groups.
    remainder.push(position & 31);
    groups = groups * 3 + (position >>> 5);
    if (++count % 3 === 0) {
      remainder.push(groups);
      groups = 0;
    }
  }
  if (count % 3 !== 0) remainder.push(groups);
  for (let i = 0; i < CHECKSUM_LENGTH; i++) remainder.push(0);
  return remainder.text();
}

/**
 * A descriptor with its checksum behind it.
 *
 * @example
 * addChecksum('raw(51)') // 'raw(51)#8lvh9jxk'
 */
export function addChecksum(body: string): string {
  return `${body}#${descriptorChecksum(body)}`;
}

/** What stands before the checksum, which is compared where there is one. */
export function removeChecksum(text: string, required: boolean): string {
  const [body = '', given, ...more] = text.split('#');
  if (more.length > 0) throw new DescriptorError('bad-checksum', "Multiple '#' symbols");
  if (given === undefined && required) {
    throw new DescriptorError('missing-checksum', 'Missing checksum');
  }
  if (given !== undefined && given.length !== CHECKSUM_LENGTH) {
    throw new DescriptorError(
      'bad-checksum',
      `Expected 8 character checksum, not ${given.length} characters`,
    );
  }
  const computed = descriptorChecksum(body);
  if (given !== undefined && given !== computed) {
    throw new DescriptorError(
      'bad-checksum',
      `Provided checksum '${given}' does not match computed checksum '${computed}'`,
    );
  }
  return body;
}
