import type { Clock } from '../clock/clock.ts';
import { threwError } from './thread-error.ts';
import type { Thread, ThreadHandlers, ThreadPort, ThreadProgram, Threads } from './threads.ts';

/**
 * Threads that are none: their programs run on the thread that started them, a turn a message, in an
 * order that the clock decides. For tests and simulations; messages are copied as between real ones.
 */
export class LocalThreads implements Threads {
  readonly cores: number;
  readonly #clock: Clock;

  constructor(clock: Clock, cores = 2) {
    this.#clock = clock;
    this.cores = cores;
  }

  start(program: ThreadProgram, handlers: ThreadHandlers): Thread {
    return new LocalThread(program, handlers, this.#clock);
  }
}

class LocalThread implements Thread {
  readonly #purpose: string;
  readonly #handlers: ThreadHandlers;
  readonly #clock: Clock;
  readonly #waiting: unknown[] = [];
  #listener: ((message: unknown) => void) | undefined;
  /** Its program runs no further. What it had said before is heard. */
  #hasFailed = false;
  #isOver = false;

  constructor({ purpose, run }: ThreadProgram, handlers: ThreadHandlers, clock: Clock) {
    this.#purpose = purpose;
    this.#handlers = handlers;
    this.#clock = clock;
    const port: ThreadPort = {
      post: (message) => this.#later(structuredClone(message), handlers.message),
      listen: (listener) => {
        this.#listener = listener;
        for (const message of this.#waiting.splice(0)) this.#inside(() => listener(message));
      },
    };
    this.#later(undefined, () => this.#inside(() => run(port)));
  }

  post(message: unknown): void {
    this.#later(structuredClone(message), (copy) => {
      const listener = this.#listener;
      if (listener === undefined) this.#waiting.push(copy);
      else this.#inside(() => listener(copy));
    });
  }

  setBusy(): void {}

  async terminate(): Promise<void> {
    this.#isOver = true;
  }

  #later(message: unknown, handle: (message: unknown) => void): void {
    void this.#clock.nextTurn().then(() => {
      if (!this.#isOver) handle(message);
    });
  }

  /** Runs a part of the program. What it throws ends it. */
  #inside(run: () => void): void {
    if (this.#hasFailed) return;
    try {
      run();
    } catch (error) {
      this.#hasFailed = true;
      const failure = threwError(this.#purpose, error);
      this.#later(undefined, () => this.#handlers.failed(failure));
    }
  }
}
