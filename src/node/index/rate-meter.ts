import type { Clock } from '../../outside/clock/clock.ts';

/** Measured over the last so many samples, which are so many milliseconds apart. */
const MOST_SAMPLES = 10;
const SAMPLE_MS = 500;

interface Sample {
  readonly time: number;
  readonly count: number;
}

/** How fast something has lately been going. */
export class RateMeter {
  readonly #clock: Clock;
  readonly #samples: Sample[] = [];
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#samples.push({ time: clock.monotonic(), count: 0 });
  }

  add(count: number): void {
    this.#count += count;
    const time = this.#clock.monotonic();
    if (time - (this.#samples.at(-1) as Sample).time < SAMPLE_MS) return;
    this.#samples.push({ time, count: this.#count });
    if (this.#samples.length > MOST_SAMPLES) this.#samples.shift();
  }

  get perSecond(): number {
    const { time, count } = this.#samples[0] as Sample;
    const seconds = (this.#clock.monotonic() - time) / 1000;
    return seconds > 0 ? (this.#count - count) / seconds : 0;
  }
}
