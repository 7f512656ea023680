import type { Cancel, Clock } from '../../../outside/clock/clock.ts';

/**
 * One timer, for whatever is due next. A moment that moves further away leaves the timer where it is:
 * who is woken too early looks again, which is cheaper than a new timer with every block.
 */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #cancel: Cancel | undefined;
  #at = 0;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings at this moment of the monotonic clock, or before; undefined: never. */
  set(at: number | undefined): void {
    if (at === undefined) {
      this.cancel();
      return;
    }
    if (this.#cancel !== undefined && this.#at <= at) return;
    this.cancel();
    this.#at = at;
    this.#cancel = this.#clock.schedule(Math.max(0, at - this.#clock.monotonic()), () => {
      this.#cancel = undefined;
      this.#ring();
    });
  }

  cancel(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}

/** The earliest of some moments, of which there may be none. */
export function earliest(moments: readonly (number | undefined)[]): number | undefined {
  let first: number | undefined;
  for (const moment of moments) {
    if (moment !== undefined && (first === undefined || moment < first)) first = moment;
  }
  return first;
}
