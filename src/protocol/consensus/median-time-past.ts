import { MEDIAN_TIME_SPAN } from './limits.ts';

/**
 * The median of the times of a block and of the ten before it, or of fewer near the first block.
 * Miners may set their clocks as they like; this they cannot turn back (BIP113 made it the clock of
 * lock times for that reason).
 *
 * @example
 * medianTimePast(height, (h) => headers[h].time)
 */
export function medianTimePast(height: number, timeAt: (height: number) => number): number {
  const times: number[] = [];
  for (let h = Math.max(0, height - MEDIAN_TIME_SPAN + 1); h <= height; h++) times.push(timeAt(h));
  times.sort((a, b) => a - b);
  return times[times.length >>> 1] as number;
}
