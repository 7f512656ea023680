import { SystemClock } from '../outside/clock/system-clock.ts';

/** As long as a timer can be. */
const HOLD_MS = 2 ** 31 - 1;

/** Keeps the process alive until some work is done: nodes do not, but whoever waits for one does. */
export async function held<T>(work: () => Promise<T>): Promise<T> {
  const release = new SystemClock().schedule(HOLD_MS, () => {});
  try {
    return await work();
  } finally {
    release();
  }
}
