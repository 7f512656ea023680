/** Rates are averages over so long. */
const WINDOW_MS = 10_000;

/** How many hashes a second there have been in the last few. */
export class HashRate {
  #samples: { readonly hashes: number; readonly milliseconds: number }[] = [];
  #hashes = 0;
  #milliseconds = 0;

  add(hashes: number, milliseconds: number): void {
    this.#samples.push({ hashes, milliseconds });
    this.#hashes += hashes;
    this.#milliseconds += milliseconds;
    for (;;) {
      const [oldest] = this.#samples;
      if (oldest === undefined || this.#milliseconds - oldest.milliseconds < WINDOW_MS) return;
      this.#samples.shift();
      this.#hashes -= oldest.hashes;
      this.#milliseconds -= oldest.milliseconds;
    }
  }

  /** 0 before there is anything to tell. */
  get perSecond(): number {
    return this.#milliseconds === 0 ? 0 : (this.#hashes / this.#milliseconds) * 1000;
  }
}
