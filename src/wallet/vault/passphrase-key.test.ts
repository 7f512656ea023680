import { describe, expect, it } from 'vitest';
import { toHex } from '../../protocol/bytes/hex.ts';
import { areBearable, DEFAULT_SCRYPT, passphraseKey } from './passphrase-key.ts';

const ascii = (text: string) => new TextEncoder().encode(text);

describe('scrypt', () => {
  it('is that of RFC 7914 (the first 32 bytes of its examples)', async () => {
    const first = await passphraseKey('', ascii(''), { logN: 4, r: 1, p: 1 });
    expect(toHex(first)).toBe('77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442');
    const second = await passphraseKey('password', ascii('NaCl'), { logN: 10, r: 8, p: 16 });
    expect(toHex(second)).toBe('fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162');
  });

  it('has parameters that a machine bears, and others', () => {
    expect(DEFAULT_SCRYPT).toEqual({ logN: 15, r: 8, p: 1 });
    expect(areBearable(DEFAULT_SCRYPT)).toBe(true);
    expect(areBearable({ logN: 18, r: 8, p: 16 })).toBe(true);
    for (const refused of [
      { logN: 19, r: 8, p: 1 },
      { logN: 0, r: 8, p: 1 },
      { logN: 15, r: 0, p: 1 },
      { logN: 15, r: 8, p: 17 },
      { logN: 1.5, r: 8, p: 1 },
      { logN: 4, r: 0xffffffff, p: 1 },
    ]) {
      expect(areBearable(refused)).toBe(false);
    }
  });
});
