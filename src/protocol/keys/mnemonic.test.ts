import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../bytes/hex.ts';
import { KeyError } from './key-error.ts';
import { entropyFromMnemonic, mnemonicFromEntropy, seedFromMnemonic } from './mnemonic.ts';

const ZEROS = `${'abandon '.repeat(11)}about`;
const ZEROS_SEED =
  '5eb00bbddcf069084889a8ab9155568165f5c453ccb85e70811aaed6f6da5fc19a5ac40b389cd370d086206dec8aa6c43daea6690f20ad3d8d48b2d2ce9e38e4';

describe('a mnemonic (BIP39)', () => {
  it('stands for its entropy, in all five lengths', () => {
    const lengths = fc.constantFrom(16, 20, 24, 28, 32);
    const entropies = lengths.chain((length) =>
      fc.uint8Array({ minLength: length, maxLength: length }),
    );
    fc.assert(
      fc.property(entropies, (entropy) => {
        const words = mnemonicFromEntropy(entropy);
        expect(words.split(' ')).toHaveLength((entropy.length * 3) / 4);
        expect(entropyFromMnemonic(words)).toEqual(entropy);
      }),
    );
  });

  it.each([0, 15, 17, 33])('has no words for %d bytes', (length) => {
    expect(() => mnemonicFromEntropy(new Uint8Array(length))).toThrow(
      `${length} bytes of entropy; BIP39 has words for 16, 20, 24, 28, 32`,
    );
  });

  it('may be written in capitals, on several lines and with any spaces', () => {
    const untidy = `  ${ZEROS.toUpperCase().replaceAll(' ', ' \n\t')}\r\n`;
    expect(entropyFromMnemonic(untidy)).toEqual(new Uint8Array(16));
    expect(toHex(seedFromMnemonic(untidy))).toBe(ZEROS_SEED);
  });

  it('leads to another seed with each passphrase, however its accents are encoded', () => {
    expect(toHex(seedFromMnemonic(ZEROS))).toBe(ZEROS_SEED);
    const composed = seedFromMnemonic(ZEROS, 'é');
    expect(toHex(composed)).not.toBe(ZEROS_SEED);
    expect(seedFromMnemonic(ZEROS, 'e\u0301')).toEqual(composed);
    expect(codeOf(() => seedFromMnemonic(ZEROS, '\ud800'))).toBe('bad-character');
  });

  it.each([
    ['abandn', 'abandon'],
    ['abuot', 'about'],
    ['zooo', 'zoo'],
    ['wrok', 'work'],
    ['satoshy', 'satoshi'],
    ['phonne', 'phone'],
    ['lettre', 'letter'],
  ])('names the mistyped word %s, and %s as the nearest', (typed, meant) => {
    const words = ZEROS.replace('abandon abandon', `abandon ${typed}`);
    expect(() => entropyFromMnemonic(words)).toThrow(
      `word 2, "${typed}", is not in the English list of BIP39; the nearest is "${meant}"`,
    );
    expect(codeOf(() => seedFromMnemonic(words))).toBe('unknown-word');
  });

  it('has one of five lengths', () => {
    expect(() => entropyFromMnemonic('')).toThrow('a mnemonic of 0 words');
    expect(() => entropyFromMnemonic('zoo '.repeat(13))).toThrow(
      'a mnemonic of 13 words; BIP39 has them of 12, 15, 18, 21, 24',
    );
  });

  it('has a checksum, without which there is no seed', () => {
    const words = 'abandon '.repeat(12);
    expect(codeOf(() => entropyFromMnemonic(words))).toBe('bad-checksum');
    expect(codeOf(() => seedFromMnemonic(words))).toBe('bad-checksum');
  });

  it('is judged quickly, however long a word is', () => {
    const start = performance.now();
    const words = ZEROS.replace('about', 'x'.repeat(1_000_000));
    expect(() => entropyFromMnemonic(words)).toThrow(/^word 12, "x{20}…", is not in .{0,80}$/);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof KeyError) return error.code;
    throw error;
  }
  return 'taken';
}
