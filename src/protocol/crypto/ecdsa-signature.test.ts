import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../bytes/concat.ts';
import { EncodeError } from '../bytes/encode-error.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import { encodeDer, isLowS, parseDerLax } from './ecdsa-signature.ts';

const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const ZEROS = '00'.repeat(64);

const hex32 = (value: bigint) => value.toString(16).padStart(64, '0');
const compact = (r: bigint, s: bigint) => fromHex(hex32(r) + hex32(s));
const parsed = (hex: string) => {
  const signature = parseDerLax(fromHex(hex));
  return signature && toHex(signature);
};

const scalar = fc.oneof(
  fc.bigInt(0n, N - 1n),
  fc.bigInt(0n, 300n),
  fc.constantFrom(0n, 1n, 127n, 128n, N - 1n, N >> 1n, (N >> 1n) + 1n),
);

describe('a signature in DER', () => {
  it('is read back as it was', () => {
    fc.assert(
      fc.property(scalar, scalar, (r, s) => {
        const der = encodeDer(compact(r, s));
        expect(parsed(toHex(der))).toBe(toHex(compact(r, s)));
        expect(der[1]).toBe(der.length - 2);
        expect(der.length).toBeLessThanOrEqual(72);
      }),
    );
  });

  it('is written in its shortest form', () => {
    expect(toHex(encodeDer(compact(1n, 0x80n)))).toBe('3007' + '020101' + '02020080');
    expect(toHex(encodeDer(compact(0n, 0x7fn)))).toBe('3006' + '020100' + '02017f');
    expect(() => encodeDer(new Uint8Array(63))).toThrow(EncodeError);
  });

  /** A number as badly written as OpenSSL would still read it. */
  const laxInteger = fc.record({
    value: scalar,
    padding: fc.nat(40),
    lengthOfLength: fc.constantFrom(0, 1, 2, 3, 9),
  });

  function written({
    value,
    padding,
    lengthOfLength,
  }: {
    value: bigint;
    padding: number;
    lengthOfLength: number;
  }): Uint8Array {
    const digits = fromHex('00'.repeat(padding) + hex32(value).replace(/^(00)+/, ''));
    const length =
      lengthOfLength === 0
        ? [digits.length]
        : [0x80 + lengthOfLength, ...new Array(lengthOfLength - 1).fill(0), digits.length];
    return Uint8Array.of(2, ...length, ...digits);
  }

  it('is read however badly it is written', () => {
    const garbage = fc.uint8Array({ maxLength: 10 });
    const sequenceLength = fc.oneof(
      fc.nat(127).map((length) => Uint8Array.of(length)),
      fc.uint8Array({ maxLength: 5 }).map((rest) => Uint8Array.of(0x80 + rest.length, ...rest)),
    );
    fc.assert(
      fc.property(laxInteger, laxInteger, sequenceLength, garbage, (r, s, length, end) => {
        const body = concatBytes(Uint8Array.of(0x30), length, written(r), written(s));
        const expected = toHex(compact(r.value, s.value));
        expect(parsed(toHex(concatBytes(body, end)))).toBe(expected);
        for (let cut = 0; cut < body.length; cut++) {
          expect(parsed(toHex(body.subarray(0, cut)))).toBeUndefined();
        }
      }),
    );
  });

  it('takes negative numbers for what their bytes are, and none for zero', () => {
    expect(parsed('3006' + '0201ff' + '020101')).toBe(hex32(0xffn) + hex32(1n));
    expect(parsed('3004' + '0200' + '0200')).toBe(ZEROS);
  });

  it('is all zeros where a number is beyond the order or too long', () => {
    const [one, order] = ['020101', `0220${hex32(N)}`];
    expect(parsed(`3045${one}${order}`)).toBe(ZEROS);
    expect(parsed(`3045${order}${one}`)).toBe(ZEROS);
    expect(parsed(`3046${one}022101${'00'.repeat(32)}`)).toBe(ZEROS);
    expect(parsed(`3046022101${'00'.repeat(32)}${one}`)).toBe(ZEROS);
  });

  it('is none where something is missing or misplaced', () => {
    const wrong = {
      empty: '',
      'another tag': '3106020101020101',
      'no integer': '3006030101020101',
      'no second integer': '3006020101030101',
      'a length of four bytes': '300a' + '028401000000' + '01' + '020101',
      'a length of four bytes that shifts to minus six, back to its own number':
        '3006' + '0284fffffffa',
      'a length of the sequence beyond the end': '3085020101020101'.slice(0, 10),
    };
    for (const [name, hex] of Object.entries(wrong))
      expect([name, parsed(hex)]).toEqual([name, undefined]);
  });
});

describe('a low s (BIP146)', () => {
  it('is at most half the order', () => {
    const half = N / 2n;
    const cases = [0n, 1n, half - 1n, half, half + 1n, half + 2n ** 64n, N - 1n];
    expect(cases.map((s) => isLowS(compact(5n, s)))).toEqual(cases.map((s) => s <= half));
  });
});
