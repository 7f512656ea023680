import type { Clock } from '../../outside/clock/clock.ts';
import { WorkSlices } from '../chain/work-slices.ts';

interface Task {
  run(): void | Promise<void>;
}

/** How many tasks that are done are left in front, before what is behind them moves up. */
const MOST_DONE = 1024;

/**
 * What is to be done to the pool, one after the other, and others get a turn in between. What the
 * chain has to say comes first: it waits for the pool. A task that has an answer at once costs no
 * turn of its own.
 */
export class PoolQueue {
  readonly #slices: WorkSlices;
  readonly #urgent: Task[] = [];
  readonly #waiting: Task[] = [];
  #done = 0;
  #isRunning = false;
  #isHeld = false;

  constructor(clock: Clock) {
    this.#slices = new WorkSlices(clock);
  }

  /** Runs a task in its turn. */
  run<T>(work: () => T | Promise<T>): Promise<T> {
    return this.#enter(this.#waiting, work);
  }

  /**
   * Runs a task before all that wait for their turn; at once, if nothing is under way and nobody else is
   * to have a turn. A promise only if there is something to wait for: while a chain is downloaded there
   * hardly ever is, block after block.
   */
  runFirst<T>(work: () => T | Promise<T>): T | Promise<T> {
    if (this.#isRunning || this.#slices.isOver) return this.#enter(this.#urgent, work);
    this.#isRunning = true;
    let result: T | Promise<T> | undefined;
    try {
      result = work();
      if (result instanceof Promise || this.#slices.isOver) result = this.#finish(result);
      return result;
    } finally {
      if (!(result instanceof Promise)) this.#rest();
    }
  }

  /** Until {@link release}, nothing but urgent tasks are run. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#start();
  }

  #enter<T>(tasks: Task[], work: () => T | Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      tasks.push({
        run() {
          try {
            const result = work();
            if (!(result instanceof Promise)) {
              resolve(result);
              return undefined;
            }
            return result.then(resolve, reject);
          } catch (error) {
            reject(error);
            return undefined;
          }
        },
      });
      this.#start();
    });
  }

  #start(): void {
    if (this.#isRunning || !this.#hasNext()) return;
    this.#isRunning = true;
    void this.#runAll();
  }

  async #runAll(): Promise<void> {
    // Whoever asks goes on first, so that nobody is called back before the call returns.
    await undefined;
    for (let task = this.#next(); task !== undefined; task = this.#next()) {
      const waits = task.run();
      if (waits !== undefined) await waits;
      if (this.#slices.isOver) await this.#slices.next();
    }
    this.#isRunning = false;
  }

  /** What has taken long is followed by others, as ever. */
  async #finish<T>(result: T | Promise<T>): Promise<T> {
    try {
      const answer = await result;
      await this.#slices.next();
      return answer;
    } finally {
      this.#rest();
    }
  }

  #rest(): void {
    this.#isRunning = false;
    this.#start();
  }

  #hasNext(): boolean {
    return this.#urgent.length > 0 || (!this.#isHeld && this.#done < this.#waiting.length);
  }

  #next(): Task | undefined {
    const urgent = this.#urgent.shift();
    if (urgent !== undefined) return urgent;
    if (this.#isHeld) return undefined;
    const task = this.#waiting[this.#done];
    if (task === undefined) return undefined;
    this.#done++;
    if (this.#done === this.#waiting.length) {
      this.#waiting.length = 0;
      this.#done = 0;
    } else if (this.#done === MOST_DONE) {
      this.#waiting.splice(0, this.#done);
      this.#done = 0;
    }
    return task;
  }
}
