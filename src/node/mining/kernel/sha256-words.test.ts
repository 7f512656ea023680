import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { compress, FIRST_STATE, ROUND_CONSTANTS } from './sha256-words.ts';

it('has the constants of FIPS 180-4', () => {
  const hex = (word: number | undefined): string =>
    ((word ?? 0) >>> 0).toString(16).padStart(8, '0');
  expect([0, 1, 62, 63].map((t) => hex(ROUND_CONSTANTS[t]))).toEqual([
    '428a2f98',
    '71374491',
    'bef9a3f7',
    'c67178f2',
  ]);
  expect([0, 7].map((i) => hex(FIRST_STATE[i]))).toEqual(['6a09e667', '5be0cd19']);
});

it('compresses a block as node:crypto does', () => {
  // "abc", a bit behind it, and its length of 24 bits.
  const block = [0x61626380, ...new Array<number>(14).fill(0), 24];
  const bytes = Buffer.alloc(32);
  compress(FIRST_STATE, block).forEach((word, i) => {
    bytes.writeInt32BE(word, 4 * i);
  });
  expect(bytes.toString('hex')).toBe(createHash('sha256').update('abc').digest('hex'));
});
