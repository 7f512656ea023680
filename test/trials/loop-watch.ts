/** How long the event loop has kept others waiting. */
import { closeSync, openSync, readSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often it is looked at, in milliseconds. */
const RESOLUTION = 5;
const NANOSECONDS = 1e6;

export interface LoopDelays {
  /** At most, in milliseconds, by `monitorEventLoopDelay`. */
  readonly blockedMs: number;
  /**
   * The same without the time in which the thread could have gone on and had to wait for a processor,
   * where the system tells (Linux): on a machine that is busy with something else, that is most of it.
   */
  readonly ownMs: number;
}

/** Watches the event loop while something is done. */
export async function watchLoop(work: () => Promise<void>): Promise<LoopDelays> {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION });
  const queue = new ProcessorQueue();
  let ownMs = 0;
  let [lastTurn, lastWait] = [0, 0];
  const look = (): void => {
    const [turn, wait] = [performance.now(), queue.waitedMs()];
    if (lastTurn > 0) ownMs = Math.max(ownMs, turn - lastTurn - (wait - lastWait) - RESOLUTION);
    [lastTurn, lastWait] = [turn, wait];
  };
  delays.enable();
  const timer = setInterval(look, RESOLUTION);
  // The first looks are those of a clock that has just been wound up.
  await new Promise((resolve) => setTimeout(resolve, 10 * RESOLUTION));
  delays.reset();
  ownMs = 0;
  await work();
  await new Promise((resolve) => setTimeout(resolve, 2 * RESOLUTION));
  clearInterval(timer);
  delays.disable();
  queue.close();
  // The histogram counts the time between two looks as well.
  const blockedMs = Math.max(0, delays.max / NANOSECONDS - RESOLUTION);
  return { blockedMs: rounded(blockedMs), ownMs: rounded(Math.min(ownMs, blockedMs)) };
}

/** How long this thread has waited for a processor. */
class ProcessorQueue {
  readonly #file: number | undefined;
  readonly #bytes = Buffer.alloc(256);

  constructor() {
    try {
      // The first thread has the number of the process.
      this.#file = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
    } catch {
      // Other systems do not tell.
    }
  }

  waitedMs(): number {
    if (this.#file === undefined) return 0;
    const length = readSync(this.#file, this.#bytes, 0, this.#bytes.length, 0);
    const [, waited] = this.#bytes.toString('latin1', 0, length).split(' ');
    return Number(waited) / NANOSECONDS;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
