import { describe, expect, it } from 'vitest';
import { sipHash } from './siphash.ts';

const counting = (length: number) => Uint8Array.from({ length }, (_, i) => i);

describe('SipHash-2-4', () => {
  it('gives the answers of its reference implementation', () => {
    const key = counting(16);
    const expected = [
      0x726fdb47dd0e0e31n,
      0x74f839c593dc67fdn,
      0x0d6c8009d9a94f5an,
      0x85676696d7fb7e2dn,
      0xcf2794e0277187b7n,
      0x18765564cd99a68dn,
      0xcbc9466e58fee3cen,
      0xab0200f58b01d137n,
      0x93f5f5799a932462n,
      0x9e0082df0ba9e4b0n,
    ];
    expect(expected.map((_, length) => sipHash(key, counting(length)))).toEqual(expected);
    expect(sipHash(key, counting(15))).toBe(0xa129ca6149be45e5n);
    expect(sipHash(key, counting(32))).toBe(0x7127512f72f27ccen);
  });

  it('covers the length, so that zeros at the end count', () => {
    const key = new Uint8Array(16);
    const hashes = Array.from({ length: 40 }, (_, length) => sipHash(key, new Uint8Array(length)));
    expect(new Set(hashes).size).toBe(40);
  });

  it('reads views of larger arrays', () => {
    const key = counting(20).subarray(4);
    expect(sipHash(key, counting(50).subarray(7, 30))).toBe(
      sipHash(key.slice(), counting(50).slice(7, 30)),
    );
  });
});
