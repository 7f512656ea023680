import type { Clock } from '../../outside/clock/clock.ts';

/** How long all who work at this pace may keep the event loop at a time, in milliseconds. */
const SLICE_MS = 5;

/**
 * Cuts work in the background into slices. Those who share one take turns: together they take one
 * slice of each turn of the event loop, not one each.
 *
 * @example
 * for (const tx of block.transactions) {
 *   if (pace.isDue) await pace.turn();
 *   work(tx);
 * }
 */
export class Pace {
  readonly #clock: Clock;
  #sliceEnd: number;
  #lastTurn: Promise<void> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sliceEnd = clock.monotonic() + SLICE_MS;
  }

  /** Whether it is somebody else's turn. Asking costs little, waiting for a turn much more. */
  get isDue(): boolean {
    return this.#clock.monotonic() >= this.#sliceEnd;
  }

  /** Resolves when everybody else has had a turn, and those who asked here before. */
  turn(): Promise<void> {
    this.#lastTurn = this.#lastTurn.then(async () => {
      await this.#clock.nextTurn();
      this.#sliceEnd = this.#clock.monotonic() + SLICE_MS;
    });
    return this.#lastTurn;
  }
}
