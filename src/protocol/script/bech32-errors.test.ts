import { bech32, bech32m } from '@scure/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diagnoseBech32 } from './bech32-errors.ts';

const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';

const codecs = fc.constantFrom<['Bech32' | 'Bech32m', typeof bech32]>(
  ['Bech32', bech32],
  ['Bech32m', bech32m],
);
const prefixes = fc.constantFrom('bc', 'tb', 'bcrt', 'yard', 'a1b');
const programs = fc.uint8Array({ minLength: 20, maxLength: 40 });

/** The text with other letters of the alphabet at some positions. */
function spoil(text: string, changes: ReadonlyMap<number, number>): string {
  return Array.from(text, (character, at) => {
    const shift = changes.get(at);
    if (shift === undefined) return character;
    return ALPHABET[(ALPHABET.indexOf(character) + shift) % ALPHABET.length];
  }).join('');
}

describe('the diagnosis of a Bech32 text', () => {
  it('finds nothing wrong with what is right, in both cases', () => {
    fc.assert(
      fc.property(codecs, prefixes, programs, ([, codec], prefix, program) => {
        const text = codec.encode(prefix, codec.toWords(program));
        expect(diagnoseBech32(text)).toBeUndefined();
        expect(diagnoseBech32(text.toUpperCase())).toBeUndefined();
      }),
    );
  });

  it('finds any one wrong character', () => {
    fc.assert(
      fc.property(
        codecs,
        prefixes,
        programs,
        fc.nat(),
        fc.integer({ min: 1, max: 31 }),
        ([name, codec], prefix, program, place, shift) => {
          const text = codec.encode(prefix, codec.toWords(program));
          const data = prefix.length + 1;
          const at = data + (place % (text.length - data));
          expect(diagnoseBech32(spoil(text, new Map([[at, shift]])))).toEqual({
            message: `Invalid ${name} checksum`,
            locations: [at],
          });
        },
      ),
    );
  });

  it('finds any two wrong characters, unless fewer in the other encoding explain the text', () => {
    let found = 0;
    const shifts = fc.integer({ min: 1, max: 31 });
    fc.assert(
      fc.property(
        codecs,
        programs,
        fc.tuple(fc.nat(), shifts, fc.nat(), shifts),
        ([name, codec], program, [first, firstShift, second, secondShift]) => {
          const text = codec.encode('bc', codec.toWords(program));
          const a = 3 + (first % (text.length - 3));
          const b = 3 + (second % (text.length - 3));
          fc.pre(a !== b);
          const changes = new Map([
            [a, firstShift],
            [b, secondShift],
          ]);
          const diagnosis = diagnoseBech32(spoil(text, changes));
          expect(diagnosis?.locations.length).toBeLessThanOrEqual(2);
          const expected = [a, b].sort((x, y) => x - y);
          if (diagnosis?.message === `Invalid ${name} checksum`) {
            expect(diagnosis.locations).toEqual(expected);
            found++;
          }
        },
      ),
    );
    expect(found).toBeGreaterThan(50);
  });

  it('agrees with the decoder on what is right', () => {
    const characters = fc.constantFrom(...ALPHABET, ...ALPHABET.toUpperCase(), '1', 'b', ' ', 'ä');
    const texts = fc.array(characters, { maxLength: 100 }).map((list) => list.join(''));
    const mutated = fc.tuple(programs, fc.nat(), characters).map(([program, place, character]) => {
      const text = bech32.encode('bc', bech32.toWords(program));
      const at = place % text.length;
      return text.slice(0, at) + character + text.slice(at + 1);
    });
    fc.assert(
      fc.property(fc.oneof(texts, mutated), (text) => {
        const right = Boolean(bech32.decodeUnsafe(text) || bech32m.decodeUnsafe(text));
        expect(diagnoseBech32(text) === undefined).toBe(right);
      }),
      { numRuns: 2000 },
    );
  });

  const good = bech32.encode('bc', bech32.toWords(new Uint8Array(20)));
  it.each<[text: string, message: string, locations: readonly number[]]>([
    ['', 'Missing separator', []],
    ['bcq', 'Missing separator', []],
    ['1qqqqqqq', 'Invalid separator position', [0]],
    ['bc1qqqqq', 'Invalid separator position', [2]],
    ['bc1bqqqqqq', 'Invalid Base 32 character', [3]],
    ['bc1qqqqqqi', 'Invalid Base 32 character', [9]],
    ['bc1qQqqqqQ', 'Invalid character or mixed case', [4, 9]],
    ['BC1qqqqqqq', 'Invalid character or mixed case', [3, 4, 5, 6, 7, 8, 9]],
    ['bc1 qqqqqq\x7f', 'Invalid character or mixed case', [3, 10]],
    // Two bytes in UTF-8, as Core sees them.
    ['bc1äqqqqqqq', 'Invalid character or mixed case', [3, 4]],
    [`bc1${'q'.repeat(89)}`, 'Bech32 string too long', [90, 91]],
    // A right address with its three last characters turned around: more than can be located.
    [`${good.slice(0, -9)}qqqqqqqqq`, 'Invalid checksum', []],
  ])('of %j is %s', (text, message, locations) => {
    expect(diagnoseBech32(text)).toEqual({ message, locations });
  });
});
