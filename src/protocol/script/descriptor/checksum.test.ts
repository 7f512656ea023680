import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addChecksum, descriptorChecksum, removeChecksum } from './checksum.ts';
import { DescriptorError } from './descriptor-error.ts';

const CHARACTERS =
  "0123456789()[],'/*abcdefgh@:$%{}" +
  'IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~' +
  'ijklmnopqrstuvwxyzABCDEFGH`"\\ ';
const CHECKSUM_CHARACTERS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';

const body = fc
  .array(fc.constantFrom(...CHARACTERS), { minLength: 2, maxLength: 400 })
  .map((characters) => characters.join(''));

/** A text, and a place in it with another character for it. */
function withMistakes(count: number): fc.Arbitrary<{ text: string; mistaken: string }> {
  return body.chain((text) =>
    fc
      .tuple(
        fc.uniqueArray(fc.nat({ max: text.length - 1 }), { minLength: 1, maxLength: count }),
        fc.array(fc.constantFrom(...CHARACTERS), { minLength: count, maxLength: count }),
      )
      .map(([places, characters]) => {
        const mistaken = [...text];
        for (const [i, place] of places.entries()) mistaken[place] = characters[i] as string;
        return { text, mistaken: mistaken.join('') };
      })
      .filter(({ mistaken }) => mistaken !== text),
  );
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof DescriptorError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

describe('descriptorChecksum', () => {
  // Made by Bitcoin Core 28.1 (getdescriptorinfo, decodescript).
  it.each([
    ['raw()', '58lrscpx'],
    ['raw(51)', '8lvh9jxk'],
    ['raw(6a)', '4mhr9ur5'],
    ['raw(6a0568656c6c6f)', 'yktqjuxu'],
    ['addr(bcrt1ql2r22yru5mejqhg6qhdy5qcyauu7lzwkr8ltuh)', 'rrny35fr'],
  ])('of %s is %s', (text, checksum) => {
    expect(descriptorChecksum(text)).toBe(checksum);
    expect(addChecksum(text)).toBe(`${text}#${checksum}`);
  });

  it('finds every single wrong character', () => {
    fc.assert(
      fc.property(withMistakes(1), ({ text, mistaken }) => {
        expect(descriptorChecksum(mistaken)).not.toBe(descriptorChecksum(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('finds every two wrong characters', () => {
    fc.assert(
      fc.property(withMistakes(2), ({ text, mistaken }) => {
        expect(descriptorChecksum(mistaken)).not.toBe(descriptorChecksum(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('finds one and two wrong characters in itself', () => {
    fc.assert(
      fc.property(
        body,
        fc.uniqueArray(fc.nat({ max: 7 }), { minLength: 1, maxLength: 2 }),
        fc.integer({ min: 1, max: 31 }),
        (text, places, shift) => {
          const checksum = [...descriptorChecksum(text)];
          for (const place of places) {
            const at = CHECKSUM_CHARACTERS.indexOf(checksum[place] as string);
            checksum[place] = CHECKSUM_CHARACTERS[(at + shift) % 32] as string;
          }
          const wrong = `${text}#${checksum.join('')}`;
          expect(codeOf(() => removeChecksum(wrong, false))).toMatch(/^bad-checksum: Provided/);
        },
      ),
    );
  });

  it('refuses characters that no descriptor has', () => {
    for (const text of ['raw(Ü)', 'raw(\n)', 'raw(\t51)', 'raw(😀)', 'raw(\0)']) {
      expect(codeOf(() => descriptorChecksum(text))).toBe(
        'bad-character: Invalid characters in payload',
      );
    }
  });
});

describe('removeChecksum', () => {
  it('gives back what was written before it', () => {
    fc.assert(
      fc.property(body, (text) => {
        expect(removeChecksum(addChecksum(text), true)).toBe(text);
        expect(removeChecksum(text, false)).toBe(text);
      }),
    );
  });

  it.each([
    ['raw(51)', true, 'missing-checksum: Missing checksum'],
    ['raw(51)#', false, 'bad-checksum: Expected 8 character checksum, not 0 characters'],
    ['raw(51)#8lvh9jx', false, 'bad-checksum: Expected 8 character checksum, not 7 characters'],
    ['raw(51)##8lvh9jxk', false, "bad-checksum: Multiple '#' symbols"],
    [
      'raw(51)#aaaaaaaa',
      false,
      "bad-checksum: Provided checksum 'aaaaaaaa' does not match computed checksum '8lvh9jxk'",
    ],
  ])('refuses %s in Core’s words', (text, required, message) => {
    expect(codeOf(() => removeChecksum(text, required))).toBe(message);
  });
});
