import { expect, it, vi } from 'vitest';
import { SystemClock } from './system-clock.ts';

it('waits out a delay that is longer than the timers of the platform can be', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  try {
    const clock = new SystemClock();
    const month = 30 * 86_400_000;
    let ran = 0;
    const cancel = clock.schedule(2 * month, () => ran++);
    clock.schedule(2 * month, () => ran++);
    vi.advanceTimersByTime(2 * month - 1);
    expect(ran).toBe(0);
    cancel();
    vi.advanceTimersByTime(1);
    expect(ran).toBe(1);
  } finally {
    vi.useRealTimers();
  }
});

it('tells the time of the machine', () => {
  expect(Math.abs(new SystemClock().now() - Date.now())).toBeLessThan(1000);
});
