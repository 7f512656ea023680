import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../protocol/bytes/hex.ts';
import { openSealed, sealBytes } from './authenticated-cipher.ts';

/** Draws the nonce of the published case. */
function nonceOf(hex: string) {
  return { bytes: () => fromHex(hex), u32: () => 0 };
}

describe('AES-256-GCM', () => {
  it('is that of the specification (test case 16 of McGrew and Viega)', () => {
    const key = fromHex('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308');
    const text = fromHex(
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
    );
    const associated = fromHex('feedfacedeadbeeffeedfacedeadbeefabaddad2');
    const sealed = sealBytes(key, text, {
      associated,
      entropy: nonceOf('cafebabefacedbaddecaf888'),
    });
    expect(toHex(sealed)).toBe(
      'cafebabefacedbaddecaf888' +
        '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662' +
        '76fc6ece0f4e1768cddf8853bb2d551b',
    );
    expect(openSealed(key, sealed, associated)).toEqual(text);
    expect(openSealed(key, sealed, fromHex('00'))).toBeUndefined();
    expect(openSealed(key, sealed.subarray(0, 27), associated)).toBeUndefined();
  });
});
