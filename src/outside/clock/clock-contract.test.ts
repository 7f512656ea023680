import { describe, expect, it } from 'vitest';
import { AdjustableClock } from './adjustable-clock.ts';
import { type Clock, sleep, unixTime } from './clock.ts';
import { SystemClock } from './system-clock.ts';
import { VirtualClock } from './virtual-clock.ts';

interface Trial {
  readonly clock: Clock;
  run<T>(promise: Promise<T>): Promise<T>;
}

const trials: readonly [string, () => Trial][] = [
  ['the system clock', () => ({ clock: new SystemClock(), run: (promise) => promise })],
  [
    'the virtual clock',
    () => {
      const clock = new VirtualClock();
      return { clock, run: (promise) => clock.settle(promise) };
    },
  ],
  [
    'an adjusted clock',
    () => {
      const clock = new VirtualClock();
      return { clock: new AdjustableClock(clock, 5000), run: (promise) => clock.settle(promise) };
    },
  ],
];

describe.each(trials)('%s', (_name, makeTrial) => {
  it('tells whole seconds of the same time that it tells in milliseconds', () => {
    const { clock } = makeTrial();
    const before = clock.now();
    expect(Number.isInteger(before)).toBe(true);
    expect(unixTime(clock)).toBeGreaterThanOrEqual(Math.floor(before / 1000));
    expect(unixTime(clock)).toBeLessThanOrEqual(Math.floor(before / 1000) + 1);
    expect(before).toBeGreaterThan(1231006505_000 - 1);
  });

  it('lets as much monotonic time pass as a sleep asks for', async () => {
    const { clock, run } = makeTrial();
    const before = clock.monotonic();
    await run(sleep(clock, 20));
    // A timer of the platform counts in whole milliseconds, and can be a fraction of one early.
    expect(clock.monotonic() - before).toBeGreaterThan(19);
  });

  it('never runs a callback before schedule has returned, even one without delay', async () => {
    const { clock, run } = makeTrial();
    const order: string[] = [];
    const ran = new Promise<void>((resolve) => {
      clock.schedule(0, () => {
        order.push('callback');
        resolve();
      });
    });
    order.push('returned');
    await run(ran);
    expect(order).toEqual(['returned', 'callback']);
  });

  it('runs timers of one delay in the order in which they were scheduled', async () => {
    const { clock, run } = makeTrial();
    const order: number[] = [];
    for (let i = 0; i < 10; i++) clock.schedule(5, () => order.push(i));
    await run(sleep(clock, 5));
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('runs everything that one timer set in motion before the next timer', async () => {
    const { clock, run } = makeTrial();
    const order: string[] = [];
    clock.schedule(2, async () => {
      order.push('a1');
      for (let i = 0; i < 50; i++) await Promise.resolve();
      order.push('a2');
    });
    clock.schedule(2, () => order.push('b'));
    await run(sleep(clock, 10));
    expect(order).toEqual(['a1', 'a2', 'b']);
  });

  it('does not run what was called off', async () => {
    const { clock, run } = makeTrial();
    let ran = false;
    const cancel = clock.schedule(1, () => {
      ran = true;
    });
    cancel();
    cancel();
    await run(sleep(clock, 5));
    expect(ran).toBe(false);
  });

  it('ends a sleep at once when its signal fires, and keeps nothing of it', async () => {
    const { clock, run } = makeTrial();
    const controller = new AbortController();
    const waiting = sleep(clock, 60_000, controller.signal);
    clock.schedule(1, () => controller.abort(new Error('enough')));
    await expect(run(waiting)).rejects.toThrow('enough');
    await expect(sleep(clock, 60_000, controller.signal)).rejects.toThrow('enough');
  });

  it('gives every task a turn between the slices of another one', async () => {
    const { clock, run } = makeTrial();
    const order: string[] = [];
    const work = async (name: string): Promise<void> => {
      for (let i = 0; i < 3; i++) {
        order.push(name);
        await clock.nextTurn();
      }
    };
    await run(Promise.all([work('a'), work('b')]));
    expect(order).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
  });

  it('refuses a delay that is none', () => {
    const { clock } = makeTrial();
    expect(() => clock.schedule(-1, () => {})).toThrow(RangeError);
    expect(() => clock.schedule(Number.NaN, () => {})).toThrow(RangeError);
  });
});
