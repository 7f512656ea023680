import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareBytes, equalBytes } from './compare.ts';
import { concatBytes, joinBytes } from './concat.ts';

const short = fc.uint8Array({ maxLength: 4, max: 2 });

it('orders bytes as memcmp does', () => {
  fc.assert(
    fc.property(short, short, (a, b) => {
      expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b));
      expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0);
    }),
  );
  expect(compareBytes(Uint8Array.of(0x7f), Uint8Array.of(0x80))).toBeLessThan(0);
});

it('joins bytes into an array of its own', () => {
  fc.assert(
    fc.property(fc.array(short), (parts) => {
      const joined = concatBytes(...parts);
      expect([...joined]).toEqual(parts.flatMap((part) => [...part]));
      expect(parts.every((part) => part.buffer !== joined.buffer)).toBe(true);
    }),
  );
});

it('joins more arrays than a function takes arguments', () => {
  expect(joinBytes(new Array(200_000).fill(Uint8Array.of(7)))).toEqual(
    new Uint8Array(200_000).fill(7),
  );
});
