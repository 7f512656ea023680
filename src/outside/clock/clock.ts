/** Calls off what was scheduled. Harmless when it has already run, or been called off before. */
export type Cancel = () => void;

/**
 * The door to time. Everything that asks what time it is, waits, or lets others have a turn, asks a
 * clock that it was given: a test and a simulation then decide how fast time goes.
 */
export interface Clock {
  /**
   * Milliseconds since 1970. People and operators set it: it may jump, in both directions. Use it
   * for what is told to others (block times, logs), and never to measure.
   */
  now(): number;
  /** Milliseconds since an arbitrary moment. Never goes back: for timeouts and measurements. */
  monotonic(): number;
  /** Runs `callback` once, in so many milliseconds. Never before this call has returned. */
  schedule(delayMs: number, callback: () => void): Cancel;
  /**
   * Resolves when everybody else has had a turn. Work that takes more than a few milliseconds awaits
   * it between its slices, so that the event loop is never blocked for long.
   */
  nextTurn(): Promise<void>;
}

/**
 * The time as the protocol writes it: whole seconds since 1970.
 *
 * @example
 * unixTime(clock) // 1231006505
 */
export function unixTime(clock: Clock): number {
  return Math.floor(clock.now() / 1000);
}

/**
 * Waits. Where a `signal` is given and fires, the wait ends at once and rejects with its reason.
 *
 * @example
 * await sleep(clock, 1000, signal)
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    const cancel = clock.schedule(delayMs, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    function abort(): void {
      cancel();
      reject(signal?.reason);
    }
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** A delay that is no number, or below zero, is a bug in the caller, and is not rounded to one. */
export function checkDelay(delayMs: number): void {
  if (!(delayMs >= 0)) {
    throw new RangeError(`a delay of ${delayMs} ms: allowed are zero and more`);
  }
}
