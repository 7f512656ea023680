import { describe, expect, it } from 'vitest';
import { loadCurve } from './select.node.ts';

describe('the WebAssembly backend', () => {
  it('is not worn out by invalid keys', () => {
    const curve = loadCurve('wasm');
    const [key, hash] = [new Uint8Array(32).fill(5), new Uint8Array(32).fill(7)];
    const publicKey = curve.publicKey(key) as Uint8Array;
    const ecdsa = curve.signEcdsa(hash, key)?.signature as Uint8Array;
    const schnorr = curve.signSchnorr(hash, key, hash) as Uint8Array;
    const invalid = new Uint8Array(33).fill(0xff).fill(2, 0, 1);
    // Left to itself, the module breaks down for good after some 3,400 of any of these.
    for (let i = 0; i < 8000; i++) {
      curve.verifyEcdsa(hash, ecdsa, invalid);
      curve.verifySchnorr(hash, schnorr, invalid.subarray(1));
      curve.convertPublicKey(invalid);
      curve.addToPublicKey(invalid, hash);
      curve.addToXOnlyKey(invalid.subarray(1), hash);
      curve.recoverEcdsa(hash, new Uint8Array(64).fill(0x55), i & 3);
    }
    expect(curve.verifyEcdsa(hash, ecdsa, publicKey)).toBe(true);
    expect(curve.verifySchnorr(hash, schnorr, publicKey.subarray(1))).toBe(true);
    expect(curve.verifyEcdsa(hash, ecdsa, invalid)).toBe(false);
  });
});
