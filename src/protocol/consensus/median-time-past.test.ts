import fc from 'fast-check';
import { expect, it } from 'vitest';
import { medianTimePast } from './median-time-past.ts';

it('takes the middle of eleven times, whatever their order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 11, maxLength: 40 }), (times) => {
      const last = [...times.slice(-11)].sort((a, b) => a - b);
      expect(medianTimePast(times.length - 1, (h) => times[h] as number)).toBe(last[5]);
    }),
  );
});

it('takes the later of the two middle ones where the chain is shorter', () => {
  const times = [30, 10, 20, 40];
  const medians = times.map((_, height) => medianTimePast(height, (h) => times[h] as number));
  expect(medians).toEqual([30, 30, 20, 30]);
});
