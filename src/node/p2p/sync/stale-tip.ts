import type { Clock } from '../../../outside/clock/clock.ts';
import { Alarm } from './alarm.ts';

/** A tip that is so many block intervals old may be stale: half an hour on Bitcoin's network. */
const STALE_INTERVALS = 3;
/** While blocks are on their way, it is looked at again after so long. */
const AGAIN_MS = 10 * 60_000;

export interface StaleTipParts {
  readonly clock: Clock;
  readonly spacingSeconds: number;
  /** Whether a block is on its way. */
  readonly isDownloading: () => boolean;
  readonly onStaleTip: (isStale: boolean) => void;
}

/** Notices that no block has come for long: all our peers together may keep them from us. */
export class StaleTip {
  readonly #parts: StaleTipParts;
  readonly #alarm: Alarm;
  #changedAt: number;
  #isStale = false;

  constructor(parts: StaleTipParts) {
    this.#parts = parts;
    this.#changedAt = parts.clock.monotonic();
    this.#alarm = new Alarm(parts.clock, () => this.#look());
    this.#alarm.set(this.#staleAt);
  }

  /** The chain has a new tip. */
  changed(): void {
    this.#changedAt = this.#parts.clock.monotonic();
    this.#alarm.set(this.#staleAt);
    if (!this.#isStale) return;
    this.#isStale = false;
    this.#parts.onStaleTip(false);
  }

  stop(): void {
    this.#alarm.cancel();
  }

  get #staleAt(): number {
    return this.#changedAt + STALE_INTERVALS * this.#parts.spacingSeconds * 1000;
  }

  #look(): void {
    const { clock, isDownloading, onStaleTip } = this.#parts;
    const now = clock.monotonic();
    if (now < this.#staleAt) {
      this.#alarm.set(this.#staleAt);
    } else if (isDownloading()) {
      this.#alarm.set(now + AGAIN_MS);
    } else {
      // Said once; the next tip takes it back.
      this.#isStale = true;
      onStaleTip(true);
    }
  }
}
