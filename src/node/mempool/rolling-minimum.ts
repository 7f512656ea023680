import type { Clock } from '../../outside/clock/clock.ts';
import { unixTime } from '../../outside/clock/clock.ts';
import type { MempoolOptions } from './mempool-options.ts';

/** After so many seconds the minimum is half of what it was. */
const HALF_LIFE = 12 * 60 * 60;
/** It is not worth looking more often. */
const UPDATE_SECONDS = 10;

/**
 * The fee rate below which the pool takes nothing. It jumps when transactions have to leave for want
 * of room, so that what comes next is not taken only to leave again; and once a block has come, it
 * decays, the faster the emptier the pool is.
 */
export class RollingMinimum {
  readonly #clock: Clock;
  readonly #options: Pick<MempoolOptions, 'maxBytes' | 'incrementalFeeRate'>;
  /** Satoshis for 1,000 virtual bytes, and not a whole number while it decays. */
  #rate = 0;
  #updated = 0;
  #blockSinceRise = false;

  constructor(clock: Clock, options: Pick<MempoolOptions, 'maxBytes' | 'incrementalFeeRate'>) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Satoshis for 1,000 virtual bytes, for a pool that takes so many bytes of memory. */
  rate(usageBytes: number): bigint {
    if (!this.#blockSinceRise || this.#rate === 0) return BigInt(Math.round(this.#rate));
    const now = unixTime(this.#clock);
    if (now > this.#updated + UPDATE_SECONDS) {
      this.#rate /= 2 ** ((now - this.#updated) / this.#halfLife(usageBytes));
      this.#updated = now;
      if (this.#rate < Number(this.#options.incrementalFeeRate) / 2) {
        this.#rate = 0;
        return 0n;
      }
    }
    const rate = BigInt(Math.round(this.#rate));
    const { incrementalFeeRate } = this.#options;
    return rate > incrementalFeeRate ? rate : incrementalFeeRate;
  }

  /** Something that paid this rate had to leave: what takes its place has to pay more. */
  raise(removedRate: bigint): void {
    const rate = Number(removedRate + this.#options.incrementalFeeRate);
    if (rate <= this.#rate) return;
    this.#rate = rate;
    this.#blockSinceRise = false;
  }

  /** The pool is empty, and begins anew. */
  reset(): void {
    this.#rate = 0;
    this.#updated = 0;
    this.#blockSinceRise = false;
  }

  blockConnected(): void {
    this.#updated = unixTime(this.#clock);
    this.#blockSinceRise = true;
  }

  #halfLife(usageBytes: number): number {
    const { maxBytes } = this.#options;
    if (usageBytes < maxBytes / 4) return HALF_LIFE / 4;
    if (usageBytes < maxBytes / 2) return HALF_LIFE / 2;
    return HALF_LIFE;
  }
}
