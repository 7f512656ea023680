import { expect, it } from 'vitest';
import { virtualSize } from './virtual-size.ts';

it('rounds a weight up to virtual bytes', () => {
  expect([560, 561, 563, 564].map((weight) => virtualSize(weight, 0, 20))).toEqual([
    140, 141, 141, 141,
  ]);
});

it('counts signature checks where they take more than the bytes', () => {
  expect(virtualSize(560, 28, 20)).toBe(140);
  expect(virtualSize(560, 29, 20)).toBe(145);
  expect(virtualSize(560, 1_000, 0)).toBe(140);
});
