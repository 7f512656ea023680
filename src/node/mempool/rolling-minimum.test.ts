import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../outside/clock/virtual-clock.ts';
import { RollingMinimum } from './rolling-minimum.ts';

const HOUR = 3_600_000;
const OPTIONS = { maxBytes: 1_000, incrementalFeeRate: 1_000n };

describe('the minimum of a full pool', () => {
  it('is above what had to leave, and stays there until a block comes', async () => {
    const clock = new VirtualClock();
    const minimum = new RollingMinimum(clock, OPTIONS);
    expect(minimum.rate(0)).toBe(0n);
    minimum.raise(9_000n);
    expect(minimum.rate(1_000)).toBe(10_000n);
    minimum.raise(4_000n);
    expect(minimum.rate(1_000)).toBe(10_000n);
    await clock.advance(100 * HOUR);
    expect(minimum.rate(1_000)).toBe(10_000n);
  });

  it('halves in 12 hours, in 6 where half is free, in 3 where three quarters are', async () => {
    for (const [usage, hours] of [
      [500, 12],
      [499, 6],
      [249, 3],
    ] as const) {
      const clock = new VirtualClock();
      const minimum = new RollingMinimum(clock, OPTIONS);
      minimum.raise(9_000n);
      minimum.blockConnected();
      await clock.advance(hours * HOUR);
      expect(minimum.rate(usage)).toBe(5_000n);
    }
  });

  it('never asks for less than the increment, and goes away below half of it', async () => {
    const clock = new VirtualClock();
    const minimum = new RollingMinimum(clock, OPTIONS);
    minimum.raise(1_000n);
    minimum.blockConnected();
    await clock.advance(18 * HOUR);
    expect(minimum.rate(500)).toBe(1_000n);
    await clock.advance(8 * HOUR);
    expect(minimum.rate(500)).toBe(0n);
    expect(minimum.rate(500)).toBe(0n);
  });

  it('rises again, and then waits for a block again', async () => {
    const clock = new VirtualClock();
    const minimum = new RollingMinimum(clock, OPTIONS);
    minimum.raise(1_000n);
    minimum.blockConnected();
    minimum.raise(7_000n);
    await clock.advance(12 * HOUR);
    expect(minimum.rate(500)).toBe(8_000n);
  });
});
