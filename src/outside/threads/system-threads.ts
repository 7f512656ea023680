import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { ThreadError, threwError } from './thread-error.ts';
import type { Thread, ThreadHandlers, ThreadProgram, Threads } from './threads.ts';

export interface SystemThreadsOptions {
  /**
   * Where a file of ours is in a form that Node runs. Beside its source, with another ending, unless
   * told otherwise; tests run from sources, and have theirs built elsewhere.
   */
  readonly locate?: (file: URL) => URL;
}

/** The threads of the machine: Node's workers. */
export class SystemThreads implements Threads {
  readonly #locate: (file: URL) => URL;

  constructor({ locate = builtFile }: SystemThreadsOptions = {}) {
    this.#locate = locate;
  }

  get cores(): number {
    return availableParallelism();
  }

  start(program: ThreadProgram, handlers: ThreadHandlers): Thread {
    return new SystemThread(this.#locate(program.file), program.purpose, handlers);
  }
}

/** The compiler leaves names in strings alone, so that a source's name is what is asked for here. */
function builtFile(file: URL): URL {
  return new URL(file.href.replace(/\.ts$/, '.js'));
}

class SystemThread implements Thread {
  readonly #worker: Worker;
  readonly #purpose: string;
  readonly #handlers: ThreadHandlers;
  #isOver = false;

  constructor(file: URL, purpose: string, handlers: ThreadHandlers) {
    this.#purpose = purpose;
    this.#handlers = handlers;
    this.#worker = new Worker(file, { name: purpose });
    this.#worker.on('message', (message: unknown) => {
      if (!this.#isOver) handlers.message(message);
    });
    this.#worker.on('error', (error: unknown) => this.#fail(this.#errorOf(error)));
    this.#worker.on('messageerror', (error) => this.#fail(threwError(purpose, error)));
    this.#worker.on('exit', (code) =>
      this.#fail(new ThreadError('ended', purpose, `ended by itself (exit code ${code})`)),
    );
    this.#worker.unref();
  }

  post(message: unknown): void {
    this.#worker.postMessage(message);
  }

  setBusy(busy: boolean): void {
    if (busy) this.#worker.ref();
    else this.#worker.unref();
  }

  async terminate(): Promise<void> {
    this.#isOver = true;
    await this.#worker.terminate();
  }

  #fail(error: ThreadError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#handlers.failed(error);
    // After a message that cannot be read, the thread itself is still there.
    void this.#worker.terminate();
  }

  #errorOf(error: unknown): ThreadError {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_MODULE_NOT_FOUND') {
      return threwError(this.#purpose, error);
    }
    const what = `cannot be started (${String(error)}); build the project with "npm run build"`;
    return new ThreadError('unavailable', this.#purpose, what, error);
  }
}
