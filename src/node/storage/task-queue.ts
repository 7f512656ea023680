/**
 * Runs tasks one after the other, in the order in which they came. One that fails does not keep the
 * next from running.
 */
export class TaskQueue {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => {});
    return result;
  }

  /** Resolves when all that were given so far have run. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
