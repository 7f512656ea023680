import { type Cancel, type Clock, checkDelay } from './clock.ts';

/** The longest delay that a timer of the platform takes; it fires a longer one at once. */
const LONGEST_TIMER_MS = 0x7fffffff;

export interface SystemClockOptions {
  /** Whether a timer that is still to come keeps the process from ending by itself; it does. */
  readonly keepsProcessAlive?: boolean;
}

/** The clock of the machine. */
export class SystemClock implements Clock {
  readonly #keepsProcessAlive: boolean;

  constructor(options: SystemClockOptions = {}) {
    this.#keepsProcessAlive = options.keepsProcessAlive ?? true;
  }

  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  schedule(delayMs: number, callback: () => void): Cancel {
    checkDelay(delayMs);
    const due = this.monotonic() + delayMs;
    let timer: NodeJS.Timeout;
    const arm = (remaining: number): void => {
      timer =
        remaining > LONGEST_TIMER_MS
          ? setTimeout(() => arm(due - this.monotonic()), LONGEST_TIMER_MS)
          : setTimeout(callback, Math.max(0, remaining));
      if (!this.#keepsProcessAlive) timer.unref();
    };
    arm(delayMs);
    return () => clearTimeout(timer);
  }

  nextTurn(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
