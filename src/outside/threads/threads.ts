/**
 * The door to threads: work that would block the event loop is done beside it. Whatever can be done
 * on threads can be done without them too ({@link LocalThreads}), so that a simulation stays in one.
 */
export interface Threads {
  /** How many threads this machine runs at once, the one that asks among them. */
  readonly cores: number;
  /** Starts a thread. It can be sent messages at once: they wait until it listens. */
  start(program: ThreadProgram, handlers: ThreadHandlers): Thread;
}

/** What a thread runs. */
export interface ThreadProgram {
  /** What it is for, behind "a thread to": "verify scripts". */
  readonly purpose: string;
  /**
   * The file that the thread begins with, as its source is called, with its ending. All that it does
   * is to hand {@link run} the port to whoever started it.
   *
   * @example
   * new URL('./verify-worker.ts', import.meta.url)
   */
  readonly file: URL;
  readonly run: (port: ThreadPort) => void;
}

/** What a thread has of whoever started it. */
export interface ThreadPort {
  post(message: unknown): void;
  /** Every message is heard, from the first one on, however late the listener comes. */
  listen(listener: (message: unknown) => void): void;
}

export interface ThreadHandlers {
  /** A message from the thread. Messages are copies, but for memory that is shared. */
  message(message: unknown): void;
  /** The thread has ended and nobody had asked it to. Called at most once, and last. */
  failed(error: Error): void;
}

/** A thread, seen from whoever started it. */
export interface Thread {
  post(message: unknown): void;
  /** An idle thread lets the process end by itself, a busy one does not. They begin idle. */
  setBusy(busy: boolean): void;
  /** Ends it at once, in the midst of whatever it does. No handler is called from here on. */
  terminate(): Promise<void>;
}
