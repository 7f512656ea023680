import { describe, expect, it } from 'vitest';
import { curve } from '#curve';
import { fromHex, toHex } from '../bytes/hex.ts';
import { encodeDer, isLowS } from './ecdsa-signature.ts';
import { sha256 } from './hash.ts';
import { signEcdsaLowR } from './sign-low-r.ts';

const text = (value: string) => new TextEncoder().encode(value);
const keyOfOne = fromHex('01'.padStart(64, '0'));

describe('an ECDSA signature', () => {
  it('has the nonce of RFC 6979, as every other wallet makes it', () => {
    const signed = curve.signEcdsa(sha256(text('Satoshi Nakamoto')), keyOfOne);
    expect(signed && toHex(signed.signature)).toBe(
      '934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8' +
        '2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5',
    );
  });
});

describe('a signature with a low r', () => {
  const messages = Array.from({ length: 60 }, (_, i) => sha256(text(`message ${i}`)));

  it('is valid, low in both halves, and takes 70 bytes at most', () => {
    const key = sha256(text('key'));
    const publicKey = curve.publicKey(key) as Uint8Array;
    for (const hash of messages) {
      const signature = signEcdsaLowR(hash, key) as Uint8Array;
      expect(curve.verifyEcdsa(hash, signature, publicKey)).toBe(true);
      expect(signature[0]).toBeLessThan(0x80);
      expect(isLowS(signature)).toBe(true);
      expect(encodeDer(signature).length).toBeLessThanOrEqual(70);
    }
  });

  it('is the first one in the order of counters', () => {
    let ground = 0;
    for (const hash of messages) {
      const candidates = [undefined, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((counter) => {
        const entropy = counter === undefined ? undefined : new Uint8Array(32);
        entropy?.set([counter as number]);
        return curve.signEcdsa(hash, keyOfOne, entropy)?.signature as Uint8Array;
      });
      const first = candidates.findIndex((candidate) => (candidate[0] as number) < 0x80);
      if (first > 0) ground++;
      expect(signEcdsaLowR(hash, keyOfOne)).toEqual(candidates[first]);
    }
    expect(ground).toBeGreaterThan(10);
  });

  it('is none without a key', () => {
    expect(signEcdsaLowR(new Uint8Array(32), new Uint8Array(32))).toBeUndefined();
    expect(signEcdsaLowR(new Uint8Array(31), keyOfOne)).toBeUndefined();
  });
});
