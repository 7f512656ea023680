import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../bytes/hex.ts';
import * as node from './hashes.node.ts';
import * as pure from './hashes.pure.ts';

const text = (value: string) => new TextEncoder().encode(value);

describe.each([
  ['node', node],
  ['pure', pure],
])('the %s hash functions', (_, hashes) => {
  it('give the answers that their standards print', () => {
    const abc = text('abc');
    expect(toHex(hashes.sha1(abc))).toBe('a9993e364706816aba3e25717850c26c9cd0d89d');
    expect(toHex(hashes.ripemd160(abc))).toBe('8eb208f7e05d987a9b044a8e98c6b087f15a0bfc');
    expect(toHex(hashes.sha256(abc))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(toHex(hashes.sha512(abc))).toBe(
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a' +
        '2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    );
    // RFC 4231, test case 2.
    expect(toHex(hashes.hmacSha512(text('Jefe'), text('what do ya want for nothing?')))).toBe(
      '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554' +
        '9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
    );
  });

  it('give plain arrays, which share their memory with nothing', () => {
    const first = hashes.sha256(text('a'));
    const copy = first.slice();
    hashes.sha256(text('b'));
    expect(Object.getPrototypeOf(first)).toBe(Uint8Array.prototype);
    expect(first).toEqual(copy);
  });
});

describe('the hash functions of both worlds', () => {
  it('agree', () => {
    const data = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(data, data, (bytes, key) => {
        expect(node.sha1(bytes)).toEqual(pure.sha1(bytes));
        expect(node.sha256(bytes)).toEqual(pure.sha256(bytes));
        expect(node.sha256d(bytes)).toEqual(pure.sha256d(bytes));
        expect(node.sha256d(bytes)).toEqual(node.sha256(node.sha256(bytes)));
        expect(node.sha512(bytes)).toEqual(pure.sha512(bytes));
        expect(node.ripemd160(bytes)).toEqual(pure.ripemd160(bytes));
        expect(node.hmacSha512(key, bytes)).toEqual(pure.hmacSha512(key, bytes));
      }),
    );
  });
});
