import { AdjustableClock } from '../../src/outside/clock/adjustable-clock.ts';
import { SystemClock } from '../../src/outside/clock/system-clock.ts';

/** A clock whose hands stand still, at this second; timers run as ever. */
export function frozenClock(seconds: number): AdjustableClock {
  const clock = new AdjustableClock(new SystemClock());
  clock.freeze(seconds * 1000);
  return clock;
}
