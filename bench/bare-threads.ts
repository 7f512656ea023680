import { SystemThreads } from '../src/outside/threads/system-threads.ts';
import type { Thread } from '../src/outside/threads/threads.ts';
import { type BareMessage, bareProgram } from './bare-program.ts';

/** Threads that check the same signatures again and again, as fast as this machine can. */
export class BareThreads {
  readonly #threads: readonly Thread[];
  #answers: (() => void) | undefined;
  #awaited = 0;
  /** How many checks there are. */
  checks = 0;

  private constructor(count: number) {
    const door = new SystemThreads();
    this.#threads = Array.from({ length: count }, () =>
      door.start(bareProgram, {
        message: (checks) => {
          this.checks = checks as number;
          if (--this.#awaited === 0) this.#answers?.();
        },
        failed: (error) => {
          throw error;
        },
      }),
    );
  }

  static async start(count: number, checksFile: string): Promise<BareThreads> {
    const threads = new BareThreads(count);
    await threads.#ask({ kind: 'load', checksFile });
    return threads;
  }

  /** Runs all checks once, and answers with the seconds that this took. */
  async run(): Promise<number> {
    const next = new SharedArrayBuffer(4);
    const start = performance.now();
    await this.#ask({ kind: 'run', next });
    return (performance.now() - start) / 1000;
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  async #ask(message: BareMessage): Promise<void> {
    for (const thread of this.#threads) thread.setBusy(true);
    await new Promise<void>((resolve) => {
      this.#awaited = this.#threads.length;
      this.#answers = resolve;
      for (const thread of this.#threads) thread.post(message);
    });
    for (const thread of this.#threads) thread.setBusy(false);
  }
}
