/** What ends a daemon: whoever runs it, a client's `stop`, or something that makes it impossible to go on. */
export class Ending {
  readonly #stop = new AbortController();
  readonly #stopListening: () => void;
  readonly wished: Promise<void>;
  #fault: unknown;

  constructor(onStop: (listener: () => void) => () => void) {
    const { signal } = this.#stop;
    this.wished = new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    this.#stopListening = onStop(() => this.#stop.abort());
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** What went wrong, if something did. */
  get fault(): unknown {
    return this.#fault;
  }

  wish(): void {
    this.#stop.abort();
  }

  fail(fault: unknown): void {
    this.#fault ??= fault;
    this.#stop.abort();
  }

  close(): void {
    this.#stopListening();
  }
}
