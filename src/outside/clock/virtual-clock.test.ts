import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdjustableClock } from './adjustable-clock.ts';
import { sleep, unixTime } from './clock.ts';
import { type Timer, TimerQueue } from './timer-queue.ts';
import { VirtualClock } from './virtual-clock.ts';

describe('VirtualClock', () => {
  it('starts at the first block of Bitcoin, and stands still by itself', async () => {
    const clock = new VirtualClock();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(unixTime(clock)).toBe(1231006505);
    expect(clock.monotonic()).toBe(0);
  });

  it('runs timers by moment, then by order of scheduling, and lets a year pass at once', async () => {
    const clock = new VirtualClock(0);
    const log: string[] = [];
    clock.schedule(30, () => log.push(`c ${clock.monotonic()}`));
    clock.schedule(10, () => {
      log.push(`a ${clock.monotonic()}`);
      clock.schedule(20, () => log.push(`d ${clock.monotonic()}`));
    });
    clock.schedule(10, () => log.push(`b ${clock.monotonic()}`));
    await clock.advance(10);
    expect(log).toEqual(['a 10', 'b 10']);
    await clock.advance(31_536_000_000);
    expect(log).toEqual(['a 10', 'b 10', 'c 30', 'd 30']);
    expect(clock.monotonic()).toBe(31_536_000_010);
  });

  it('gives code that sleeps and awaits the same order in every run', async () => {
    async function trace(): Promise<string[]> {
      const clock = new VirtualClock();
      const log: string[] = [];
      const worker = async (name: string, pause: number): Promise<void> => {
        for (let i = 0; i < 20; i++) {
          await sleep(clock, pause);
          await Promise.all([clock.nextTurn(), sleep(clock, i % 3)]);
          log.push(`${clock.monotonic()} ${name}${i}`);
        }
      };
      await clock.settle(Promise.all([worker('a', 3), worker('b', 2), worker('c', 3)]));
      return log;
    }
    const first = await trace();
    expect(first).toHaveLength(60);
    expect(await trace()).toEqual(first);
  });

  it('stops at the timer that made a condition true', async () => {
    const clock = new VirtualClock();
    let count = 0;
    const tick = (): void => {
      count++;
      clock.schedule(10, tick);
    };
    clock.schedule(10, tick);
    expect(await clock.runUntil(() => count === 5)).toBe(true);
    expect(clock.monotonic()).toBe(50);
    expect(await clock.runUntil(() => count === 1000, 100)).toBe(false);
    expect(clock.monotonic()).toBe(150);
    expect(count).toBe(15);
  });

  it('hands on what a timer throws, and can go on afterwards', async () => {
    const clock = new VirtualClock();
    let after = false;
    clock.schedule(1, () => {
      throw new Error('a bug');
    });
    clock.schedule(2, () => {
      after = true;
    });
    await expect(clock.advance(5)).rejects.toThrow('a bug');
    expect(after).toBe(false);
    await clock.advance(5);
    expect(after).toBe(true);
  });

  it('says so when a promise waits for something that will never come', async () => {
    const clock = new VirtualClock();
    await expect(clock.settle(new Promise(() => {}), 1000)).rejects.toThrow('0 timers left');
  });

  it('notices code that would never let time go on', async () => {
    const clock = new VirtualClock();
    const spin = (): void => {
      clock.schedule(0, spin);
    };
    spin();
    await expect(clock.advance(1)).rejects.toThrow('virtual time is stuck');
  });

  it('refuses to be run by two at once', async () => {
    const clock = new VirtualClock();
    const first = clock.advance(10);
    await expect(clock.advance(10)).rejects.toThrow('already running');
    await first;
  });

  it('forgets a timer that is called off', () => {
    const clock = new VirtualClock();
    const cancels = Array.from({ length: 1000 }, (_, i) => clock.schedule(i, () => {}));
    expect(clock.pending).toBe(1000);
    for (const cancel of cancels) cancel();
    expect(clock.pending).toBe(0);
  });
});

describe('TimerQueue', () => {
  it('gives timers in order under any mix of adding and removing', () => {
    const step = fc.oneof(
      fc.record({ add: fc.integer({ min: 0, max: 20 }) }),
      fc.record({ remove: fc.nat() }),
      fc.constant({ take: true }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const queue = new TimerQueue();
        let model: Timer[] = [];
        let sequence = 0;
        for (const action of steps) {
          if ('add' in action) {
            const timer = { at: action.add, sequence: sequence++, callback: () => {}, index: -1 };
            queue.add(timer);
            model.push(timer);
          } else {
            const victim =
              'remove' in action ? model[action.remove % (model.length || 1)] : queue.first();
            if (victim === undefined) continue;
            queue.remove(victim);
            queue.remove(victim);
            model = model.filter((timer) => timer !== victim);
          }
          model.sort((a, b) => a.at - b.at || a.sequence - b.sequence);
          expect(queue.first()).toBe(model[0]);
          expect(queue.size).toBe(model.length);
        }
      }),
    );
  });
});

describe('AdjustableClock', () => {
  it('shows another wall time over the same monotonic time', async () => {
    const clock = new VirtualClock();
    const skewed = new AdjustableClock(clock, -90_000);
    await clock.advance(1234);
    expect(skewed.now()).toBe(clock.now() - 90_000);
    expect(skewed.monotonic()).toBe(1234);
    skewed.offset = 7000;
    expect(skewed.now()).toBe(clock.now() + 7000);
  });

  it('freezes the wall time and lets timers go on, as setmocktime does', async () => {
    const clock = new VirtualClock();
    const frozen = new AdjustableClock(clock);
    let ran = false;
    frozen.schedule(1000, () => {
      ran = true;
    });
    frozen.freeze(1_700_000_000_000);
    await clock.advance(5000);
    expect(frozen.now()).toBe(1_700_000_000_000);
    expect(ran).toBe(true);
    frozen.freeze();
    expect(frozen.now()).toBe(clock.now());
  });

  it('brings its own timers forward, in their order, as mockscheduler does', async () => {
    const clock = new VirtualClock();
    const hastened = new AdjustableClock(clock);
    const order: string[] = [];
    const cancel = hastened.schedule(50_000, () => order.push('called off'));
    hastened.schedule(70_000, () => order.push('c'));
    hastened.schedule(60_000, () => order.push('b'));
    hastened.schedule(30_000, () => order.push('a'));
    clock.schedule(60_000, () => order.push('of another'));
    hastened.hasten(60_000);
    cancel();
    await clock.advance(1);
    expect(order).toEqual(['a', 'b']);
    await clock.advance(9999);
    expect(order).toEqual(['a', 'b', 'c']);
    expect(hastened.monotonic()).toBe(70_000);
  });
});
