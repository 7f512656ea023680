import type { Clock } from '../../outside/clock/clock.ts';

/** After so many milliseconds of work everybody else has a turn. */
const SLICE_MS = 10;

/**
 * Lets others have a turn during long work, and not more often than is good for the work: a turn of
 * the event loop takes as long as a few signatures.
 *
 * @example
 * for (const block of blocks) {
 *   await slices.next();
 *   work(block);
 * }
 */
export class WorkSlices {
  readonly #clock: Clock;
  #started: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#started = clock.monotonic();
  }

  /** Whether it is somebody else's turn. Where each piece of work is tiny, ask this before you await. */
  get isOver(): boolean {
    return this.#clock.monotonic() - this.#started >= SLICE_MS;
  }

  async next(): Promise<void> {
    if (!this.isOver) return;
    await this.#clock.nextTurn();
    this.#started = this.#clock.monotonic();
  }
}
