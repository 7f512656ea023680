import type { Clock } from '../../../outside/clock/clock.ts';

/** How long one peer is served before everybody else has a turn. */
const TURN_MS = 5;

/**
 * The time that goes into one request. What is asked for may be at hand, and then nothing waits for the
 * disk: 50,000 times the last block, and nobody else would be heard for seconds.
 *
 * @example
 * const turn = new Turn(clock);
 * for (const item of items) {
 *   if (turn.isOver) await turn.next();
 *   serve(item);
 * }
 */
export class Turn {
  readonly #clock: Clock;
  #began: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#began = clock.monotonic();
  }

  get isOver(): boolean {
    return this.#clock.monotonic() - this.#began > TURN_MS;
  }

  /** Lets others have theirs. */
  async next(): Promise<void> {
    await this.#clock.nextTurn();
    this.#began = this.#clock.monotonic();
  }
}
