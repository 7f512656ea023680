import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curve } from '#curve';
import { concatBytes } from '../bytes/concat.ts';
import { fromHex } from '../bytes/hex.ts';
import { encodeBase58Check } from './base58check.ts';
import { KeyError, type KeyErrorCode } from './key-error.ts';
import { decodeWif, encodeWif } from './wif.ts';

const MAIN = 0x80;
const TEST = 0xef;
const ONE = concatBytes(new Uint8Array(31), Uint8Array.of(1));
const ORDER = fromHex('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141');
const COMPRESSED = Uint8Array.of(1);

describe('WIF', () => {
  it('reads what it writes', () => {
    const keys = fc
      .uint8Array({ minLength: 32, maxLength: 32 })
      .filter((key) => curve.isPrivateKey(key));
    fc.assert(
      fc.property(
        keys,
        fc.boolean(),
        fc.integer({ min: 0, max: 255 }),
        (key, compressed, prefix) => {
          const text = encodeWif({ privateKey: key, compressed }, prefix);
          expect(decodeWif(text, prefix)).toEqual({ privateKey: key, compressed });
        },
      ),
    );
  });

  it('writes the smallest key as everybody knows it', () => {
    const compressed = 'KwDiBf89QgGbjEhKnhXJuH7LrciVrZi3qYjgd9M7rFU73sVHnoWn';
    const uncompressed = '5HpHagT65TZzG1PH3CSu63k8DbpvD8s5ip4nEB3kEsreAnchuDf';
    expect(encodeWif({ privateKey: ONE, compressed: true }, MAIN)).toBe(compressed);
    expect(encodeWif({ privateKey: ONE, compressed: false }, MAIN)).toBe(uncompressed);
  });

  it.each<[name: string, payload: Uint8Array, code: KeyErrorCode, message: string]>([
    ['of another chain', payload(TEST, ONE, COMPRESSED), 'wrong-prefix', 'begins with 0xef'],
    ['of nothing', new Uint8Array(0), 'wrong-prefix', 'begins with nothing'],
    ['that is short', payload(MAIN, ONE.subarray(1)), 'bad-length', 'and not 32'],
    ['that is zero', payload(MAIN, new Uint8Array(32)), 'bad-private-key', 'is zero'],
    ['that is the order', payload(MAIN, ORDER, COMPRESSED), 'bad-private-key', 'is zero, or not'],
    ['with a strange mark', payload(MAIN, ONE, Uint8Array.of(2)), 'bad-length', 'is 0x02'],
    ['that is long', payload(MAIN, ONE, COMPRESSED, COMPRESSED), 'bad-length', 'more than'],
  ])('refuses a key %s', (_name, bytes, code, message) => {
    const error = errorOf(() => decodeWif(encodeBase58Check(bytes), MAIN));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  it('writes no key that it would not read', () => {
    expect(errorOf(() => encodeWif({ privateKey: ORDER, compressed: true }, MAIN)).code).toBe(
      'bad-private-key',
    );
    const short = ONE.subarray(1);
    expect(errorOf(() => encodeWif({ privateKey: short, compressed: true }, MAIN)).message).toBe(
      'a private key has 32 bytes, and not 31',
    );
  });
});

function payload(prefix: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(Uint8Array.of(prefix), ...parts);
}

function errorOf(run: () => unknown): KeyError {
  try {
    run();
  } catch (error) {
    if (error instanceof KeyError) return error;
    throw error;
  }
  throw new Error('it was taken');
}
