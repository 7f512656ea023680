import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../bytes/hex.ts';
import { decodeBase58Check, encodeBase58Check } from './base58check.ts';
import { derivePath, masterKeyFromSeed, neuter } from './extended-key.ts';
import { decodeExtendedKey, encodeExtendedKey } from './extended-key-text.ts';
import { KeyError, type KeyErrorCode } from './key-error.ts';

const MAIN = { extendedPublic: 0x0488b21e, extendedPrivate: 0x0488ade4 };
const TEST = { extendedPublic: 0x043587cf, extendedPrivate: 0x04358394 };
const LENGTH = 78;

const master = masterKeyFromSeed(fromHex('000102030405060708090a0b0c0d0e0f'));
const child = derivePath(master, "m/0'/1");
const privateText = encodeExtendedKey(child, MAIN);
const publicText = encodeExtendedKey(neuter(child), MAIN);

describe('the text of a BIP32 key', () => {
  it('says by its first letters what it is, and for which kind of chain', () => {
    expect(privateText).toMatch(/^xprv/);
    expect(publicText).toMatch(/^xpub/);
    expect(encodeExtendedKey(child, TEST)).toMatch(/^tprv/);
    expect(encodeExtendedKey(neuter(child), TEST)).toMatch(/^tpub/);
  });

  it('is read as it is written', () => {
    const numbers = fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 3 });
    fc.assert(
      fc.property(numbers, (path) => {
        const key = derivePath(master, path);
        expect(decodeExtendedKey(encodeExtendedKey(key, MAIN), MAIN)).toEqual(key);
        const publicKey = neuter(key);
        expect(decodeExtendedKey(encodeExtendedKey(publicKey, TEST), TEST)).toEqual(publicKey);
      }),
      { numRuns: 20 },
    );
  });

  // The kinds of BIP32's fifth test vector, made here from keys that are right.
  const KEY = 45;
  const zeroKey = new Uint8Array(33);
  const order = fromHex('00fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141');
  const offCurve = fromHex('020000000000000000000000000000000000000000000000000000000000000007');
  it.each<[name: string, text: string, code: KeyErrorCode, message: string]>([
    ['public, with a private key in it', swap(), 'bad-public-key', 'byte 0 in front'],
    ['private, with a public key in it', swapBack(), 'bad-private-key', 'in front; it must be 0'],
    ['a public key with prefix 4', patch(publicText, KEY, 4), 'bad-public-key', 'byte 4 in front'],
    ['a private key with prefix 4', patch(privateText, KEY, 4), 'bad-private-key', 'the byte 4'],
    ['a public key with prefix 1', patch(publicText, KEY, 1), 'bad-public-key', 'byte 1 in front'],
    ['a private key with prefix 1', patch(privateText, KEY, 1), 'bad-private-key', 'the byte 1'],
    ['a master with a parent', patch(publicText, 4, 0), 'bad-master-key', 'has a parent'],
    ['a private master with a parent', patch(privateText, 4, 0), 'bad-master-key', 'a parent'],
    ['a master with a number', patch(publicText, 4, 0, 0, 0, 0, 0), 'bad-master-key', 'number'],
    [
      'a private master so',
      patch(privateText, 4, 0, 0, 0, 0, 0),
      'bad-master-key',
      'a child number',
    ],
    ['of no known version', patch(publicText, 0, 0, 0, 0, 0), 'wrong-prefix', '0x00000000'],
    ['of another chain', encodeExtendedKey(child, TEST), 'wrong-prefix', '0x04358394'],
    ['the private key 0', patch(privateText, KEY, ...zeroKey), 'bad-private-key', 'is zero'],
    ['the private key n', patch(privateText, KEY, ...order), 'bad-private-key', 'the order'],
    ['a point off the curve', patch(publicText, KEY, ...offCurve), 'bad-public-key', 'no point'],
    ['cut short', encodeBase58Check(payloadOf(publicText).subarray(0, 77)), 'bad-length', '77'],
    ['with a wrong checksum', `${publicText.slice(0, -1)}1`, 'bad-checksum', 'checksum'],
  ])('is refused where it is %s', (_name, text, code, message) => {
    const error = errorOf(() => decodeExtendedKey(text, MAIN));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });
});

function payloadOf(text: string): Uint8Array {
  return decodeBase58Check(text, LENGTH).slice();
}

/** The same key with other bytes from a position on, and a checksum that is right. */
function patch(text: string, at: number, ...bytes: readonly number[]): string {
  const payload = payloadOf(text);
  payload.set(bytes, at);
  return encodeBase58Check(payload);
}

function swap(): string {
  return patch(publicText, 45, ...payloadOf(privateText).subarray(45));
}

function swapBack(): string {
  return patch(privateText, 45, ...payloadOf(publicText).subarray(45));
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
