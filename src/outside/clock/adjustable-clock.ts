import { type Cancel, type Clock, checkDelay } from './clock.ts';

interface Waiting {
  readonly due: number;
  readonly run: () => void;
  cancel: Cancel;
}

/**
 * A view of another clock whose wall time can be set: a node whose clock is wrong, in a simulation;
 * the commands `setmocktime` and `mockscheduler`, on a test network.
 *
 * Setting the wall time moves no timer, as in Bitcoin Core; {@link hasten} does that.
 *
 * @example
 * const slow = new AdjustableClock(clock, -90_000);
 * slow.now() // a minute and a half behind clock.now()
 */
export class AdjustableClock implements Clock {
  readonly #clock: Clock;
  readonly #waiting = new Set<Waiting>();
  #hastened = 0;
  #frozenAt: number | undefined;
  /** Milliseconds that this clock is ahead of the other one. */
  offset: number;

  constructor(clock: Clock, offset = 0) {
    this.#clock = clock;
    this.offset = offset;
  }

  now(): number {
    return this.#frozenAt ?? this.#clock.now() + this.offset;
  }

  /** What the wall time would be had nobody stopped it. */
  get unfrozen(): number {
    return this.#clock.now() + this.offset;
  }

  /** How far timers were brought forward, all in all. */
  get hastened(): number {
    return this.#hastened;
  }

  monotonic(): number {
    return this.#clock.monotonic() + this.#hastened;
  }

  schedule(delayMs: number, callback: () => void): Cancel {
    const run = (): void => {
      this.#waiting.delete(timer);
      callback();
    };
    const cancel = this.#clock.schedule(delayMs, run);
    const timer: Waiting = { due: this.monotonic() + delayMs, run, cancel };
    this.#waiting.add(timer);
    return () => {
      timer.cancel();
      this.#waiting.delete(timer);
    };
  }

  nextTurn(): Promise<void> {
    return this.#clock.nextTurn();
  }

  /** The moment at which the wall time stands still; undefined while it goes. */
  get frozenAt(): number | undefined {
    return this.#frozenAt;
  }

  /** Stops the wall time at this moment, in milliseconds since 1970; without one, lets it go on. */
  freeze(now?: number): void {
    this.#frozenAt = now;
  }

  /** Brings every timer forward by so much, and with them the time that they are measured by. */
  hasten(ms: number): void {
    checkDelay(ms);
    this.#hastened += ms;
    const waiting = [...this.#waiting].sort((a, b) => a.due - b.due);
    for (const timer of waiting) {
      timer.cancel();
      timer.cancel = this.#clock.schedule(Math.max(0, timer.due - this.monotonic()), timer.run);
    }
  }
}
