import { TaskQueue } from '../storage/task-queue.ts';
import { ChainError } from './chain-error.ts';

/**
 * Commands, one after the other. One that fails in a way that nobody foresaw (a full disk, a damaged
 * file, a bug) leaves behind what cannot be relied upon: it is the last one, and all later ones fail
 * for its reason.
 */
export class CommandQueue {
  readonly #queue = new TaskQueue();
  readonly #onFatal: ((error: unknown) => void) | undefined;
  #fault: { readonly error: unknown } | undefined;

  /** @param onFatal hears of that failure, once */
  constructor(onFatal?: (error: unknown) => void) {
    this.#onFatal = onFatal;
  }

  get isHalted(): boolean {
    return this.#fault !== undefined;
  }

  /** Runs a command in its turn. A `ChainError` is its own affair, and harms nobody else. */
  run<T>(command: () => Promise<T>): Promise<T> {
    return this.#queue.run(async () => {
      this.check();
      try {
        const result = await command();
        this.check();
        return result;
      } catch (error) {
        if (!(error instanceof ChainError)) this.halt(error);
        throw error;
      }
    });
  }

  /** Runs the last command, whatever has happened before. Those that come later fail. */
  runLast(command: () => Promise<void>): Promise<void> {
    return this.#queue.run(async () => {
      try {
        await command();
      } finally {
        this.#fault ??= { error: new ChainError('closed', 'the chain has been closed') };
      }
    });
  }

  halt(error: unknown): void {
    if (this.#fault !== undefined) return;
    this.#fault = { error };
    this.#onFatal?.(error);
  }

  /** Throws what has ended everything, if anything has. */
  check(): void {
    if (this.#fault !== undefined) throw this.#fault.error;
  }
}
