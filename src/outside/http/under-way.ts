/** Requests that are under way, and what ends them before they are answered. */
export class UnderWay {
  readonly #aborts = new Set<() => void>();
  #isClosed = false;

  /** Whether there is no use in beginning. */
  isOver(signal: AbortSignal | undefined): boolean {
    return this.#isClosed || signal?.aborted === true;
  }

  /** Calls `abort` when a signal fires, or when all requests are ended. What comes back stops watching. */
  watch(signal: AbortSignal | undefined, abort: () => void): () => void {
    this.#aborts.add(abort);
    signal?.addEventListener('abort', abort, { once: true });
    return () => {
      this.#aborts.delete(abort);
      signal?.removeEventListener('abort', abort);
    };
  }

  /** Ends all of them, and whatever comes later. */
  close(): void {
    this.#isClosed = true;
    for (const abort of this.#aborts) abort();
  }
}
