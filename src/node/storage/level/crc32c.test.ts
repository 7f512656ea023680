import { describe, expect, it } from 'vitest';
import { crc32c, maskedCrc32c } from './crc32c.ts';

describe('CRC-32C', () => {
  // RFC 3720, appendix B.4.
  it.each([
    ['zeros', new Uint8Array(32), 0x8a9136aa],
    ['ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['rising', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['falling', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    ['digits', new TextEncoder().encode('123456789'), 0xe3069283],
  ])('is as in RFC 3720 for %s', (_name, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  it('is the same in one go, in parts, and bit by bit', () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, i) => i * 151);
    for (let from = 0; from < 20; from++) {
      for (let to = from; to <= bytes.length; to++) {
        const middle = (from + to) >> 1;
        const inParts = crc32c(bytes, middle, to, crc32c(bytes, from, middle));
        expect(crc32c(bytes, from, to)).toBe(inParts);
      }
    }
    let sum = 0xffffffff;
    for (const byte of bytes) {
      sum ^= byte;
      for (let i = 0; i < 8; i++) sum = (sum >>> 1) ^ (sum & 1 ? 0x82f63b78 : 0);
    }
    expect(crc32c(bytes)).toBe(~sum >>> 0);
  });

  it('is masked as LevelDB does', () => {
    const sum = crc32c(new TextEncoder().encode('foo'));
    const masked = maskedCrc32c(sum);
    expect(masked).not.toBe(sum);
    // The other way round, as LevelDB unmasks.
    const rotated = (masked - 0xa282ead8) >>> 0;
    expect(((rotated >>> 17) | (rotated << 15)) >>> 0).toBe(sum);
  });
});
