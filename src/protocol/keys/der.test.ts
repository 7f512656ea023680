import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../bytes/concat.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import { DER_TAGS, readDer, writeDer } from './der.ts';
import { KeyError } from './key-error.ts';

const OCTET_STRING = 0x04;

describe('DER', () => {
  it('is read as it is written, whatever the length', () => {
    const tags = fc.constantFrom(...Object.values(DER_TAGS));
    const lengths = fc.constantFrom(0, 1, 127, 128, 255, 256, 300);
    fc.assert(
      fc.property(fc.array(fc.tuple(tags, lengths), { maxLength: 4 }), (parts) => {
        const elements = parts.map(([tag, length]) => ({ tag, content: new Uint8Array(length) }));
        const bytes = concatBytes(...elements.map(({ tag, content }) => writeDer(tag, content)));
        expect(readDer(bytes)).toEqual(elements);
      }),
    );
  });

  it('writes whatever it reads', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        try {
          const elements = readDer(bytes);
          const written = elements.map(({ tag, content }) => writeDer(tag, content));
          expect(concatBytes(...written)).toEqual(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(KeyError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('writes lengths in their shortest form', () => {
    expect(toHex(writeDer(OCTET_STRING, new Uint8Array(127)).subarray(0, 2))).toBe('047f');
    expect(toHex(writeDer(OCTET_STRING, new Uint8Array(128)).subarray(0, 3))).toBe('048180');
    expect(toHex(writeDer(OCTET_STRING, new Uint8Array(256)).subarray(0, 4))).toBe('04820100');
    const long = writeDer(OCTET_STRING, new Uint8Array(65_536));
    expect(toHex(long.subarray(0, 5))).toBe('0483010000');
    expect(readDer(long)[0]?.content.length).toBe(65_536);
  });

  it.each([
    ['0402aa', 'an element at byte 0 runs over the end'],
    ['04', 'the length at byte 1 is missing'],
    ['040004', 'the length at byte 3 is missing'],
    ['0480aa0000', 'the length at byte 1 is indefinite'],
    ['04817f', 'the length at byte 1 is written longer than needed'],
    ['04820080', 'the length at byte 1 is written longer than needed'],
    ['048201', 'the length at byte 1 runs over the end'],
    ['048400000001aa', 'the length at byte 1 has 4 bytes'],
    ['1f2000', 'a tag of several bytes at byte 0'],
  ])('refuses %s: %s', (hex, message) => {
    expect(() => readDer(fromHex(hex))).toThrow(message);
    expect(() => readDer(fromHex(hex))).toThrow(KeyError);
  });
});
