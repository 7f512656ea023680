import type { Clock } from '../../../outside/clock/clock.ts';

/**
 * So many of something at once, and no more than a rate in the long run: a bucket that a token falls into
 * at a steady pace, and that holds a limited number of them.
 */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #aSecond: number;
  readonly #most: number;
  #tokens: number;
  #filledAt: number;

  constructor(
    clock: Clock,
    options: { readonly aSecond: number; readonly most: number },
    start = 0,
  ) {
    this.#clock = clock;
    this.#aSecond = options.aSecond;
    this.#most = options.most;
    this.#tokens = start;
    this.#filledAt = clock.monotonic();
  }

  /** Takes a token; false if there is none. */
  take(): boolean {
    this.#fill();
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  /** Adds tokens, even beyond what the bucket holds. */
  grant(tokens: number): void {
    this.#tokens += tokens;
  }

  #fill(): void {
    const now = this.#clock.monotonic();
    const fallen = ((now - this.#filledAt) / 1000) * this.#aSecond;
    this.#filledAt = now;
    if (this.#tokens < this.#most) this.#tokens = Math.min(this.#most, this.#tokens + fallen);
  }
}
