import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../bytes/concat.ts';
import { fromHex } from '../bytes/hex.ts';
import { sha256d } from '../crypto/hash.ts';
import {
  base58CheckPayload,
  decodeBase58,
  decodeBase58Check,
  encodeBase58,
  encodeBase58Check,
} from './base58check.ts';
import { KeyError } from './key-error.ts';

const bytes = fc.uint8Array({ maxLength: 100 });

describe('Base58', () => {
  it('reads what it writes', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(decodeBase58(encodeBase58(value), 100)).toEqual(value);
      }),
    );
  });

  it('keeps zeros in front as ones', () => {
    expect(encodeBase58(Uint8Array.of(0, 0, 1))).toBe('112');
    expect(decodeBase58('112', 3)).toEqual(Uint8Array.of(0, 0, 1));
  });

  it('ignores white space around the text, and refuses it within', () => {
    expect(decodeBase58(' \t\n\v\f\r2g \t\n\v\f\r', 1)).toEqual(Uint8Array.of(0x61));
    expect(() => decodeBase58('2 g', 1)).toThrow('character 2 is " "');
  });

  it.each(['0', 'O', 'I', 'l', '+', '\0', 'ä', '😀'])('refuses the character %j', (character) => {
    expect(() => decodeBase58(`2g${character}`, 100)).toThrow(
      `character 3 is ${JSON.stringify(character)}`,
    );
  });

  it('takes as many bytes as allowed, and not one more', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        fc.pre(value.length > 0);
        const text = encodeBase58(value);
        expect(decodeBase58(text, value.length)).toEqual(value);
        expect(codeOf(() => decodeBase58(text, value.length - 1))).toBe('bad-length');
      }),
    );
  });

  it('refuses a very long text at once', () => {
    const start = performance.now();
    expect(codeOf(() => decodeBase58('z'.repeat(1_000_000), 100))).toBe('bad-length');
    expect(codeOf(() => decodeBase58(`2${' '.repeat(1_000_000)}g`, 100))).toBe('bad-character');
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('Base58Check', () => {
  it('reads what it writes', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(decodeBase58Check(encodeBase58Check(value), 100)).toEqual(value);
      }),
    );
  });

  it('puts the first four bytes of a double SHA-256 behind the payload', () => {
    const payload = fromHex('00010966776006953d5567439e5e39f86a0d273bee');
    const checksum = sha256d(payload).subarray(0, 4);
    expect(encodeBase58Check(payload)).toBe(encodeBase58(concatBytes(payload, checksum)));
    expect(encodeBase58Check(payload)).toBe('16UwLL9Risc3QfPqBUvKofHmBQ7wMtjvM');
  });

  it('notices every exchange of one character', () => {
    const text = encodeBase58Check(fromHex('00010966776006953d5567439e5e39f86a0d273bee'));
    for (let at = 0; at < text.length; at++) {
      const other = text[at] === 'x' ? 'y' : 'x';
      const wrong = text.slice(0, at) + other + text.slice(at + 1);
      expect(codeOf(() => decodeBase58Check(wrong, 25))).toBe('bad-checksum');
    }
  });

  it('has no payload in fewer bytes than a checksum has', () => {
    expect(base58CheckPayload(new Uint8Array(3))).toBeUndefined();
    expect(codeOf(() => decodeBase58Check('', 21))).toBe('bad-checksum');
    expect(decodeBase58Check('3QJmnh', 21)).toEqual(new Uint8Array(0));
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
