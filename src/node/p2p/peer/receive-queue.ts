import type { Connection } from '../../../outside/network/network.ts';

/**
 * What all peers together may have waiting, before each that has more than its share has to wait: a
 * hundred peers with five megabytes each would be too much.
 */
const SHARED_LIMIT = 64_000_000;
const SHARE = 131_072;

/** What all peers together have waiting, and how many of them have something that is being handled. */
export interface SharedLoad {
  waiting: number;
  working: number;
}

/**
 * Bytes that have come and that nobody has looked at. When there are too many, the connection is not
 * read from until most of them are gone: the peer finds that it has to wait.
 */
export class ReceiveQueue {
  readonly #connection: Pick<Connection, 'pause' | 'resume'>;
  readonly #shared: SharedLoad;
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];
  #waiting = 0;
  #isPaused = false;

  constructor(connection: Pick<Connection, 'pause' | 'resume'>, shared: SharedLoad, limit: number) {
    this.#connection = connection;
    this.#shared = shared;
    this.#limit = limit;
  }

  get waiting(): number {
    return this.#waiting;
  }

  push(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#count(bytes.length);
    const share = this.#shared.waiting > SHARED_LIMIT ? Math.min(SHARE, this.#limit) : this.#limit;
    if (this.#isPaused || this.#waiting <= share) return;
    this.#isPaused = true;
    this.#connection.pause();
  }

  /** The oldest bytes. */
  shift(): Uint8Array | undefined {
    const bytes = this.#chunks.shift();
    if (bytes === undefined) return undefined;
    this.#count(-bytes.length);
    if (this.#isPaused && this.#waiting <= Math.min(SHARE, this.#limit / 2)) {
      this.#isPaused = false;
      this.#connection.resume();
    }
    return bytes;
  }

  /** The connection is over. */
  clear(): void {
    this.#chunks.length = 0;
    this.#count(-this.#waiting);
  }

  #count(bytes: number): void {
    this.#waiting += bytes;
    this.#shared.waiting += bytes;
  }
}
