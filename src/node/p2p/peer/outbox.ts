import type { Connection } from '../../../outside/network/network.ts';
import { joinBytes } from '../../../protocol/bytes/concat.ts';

/** So many bytes are not kept for others to come along: from here on, copying costs more than a write. */
const ENOUGH = 16_384;

/**
 * What is sent to a peer in one go leaves in one piece: each write on its own costs as much as many
 * small messages take to make.
 */
export class Outbox {
  readonly #connection: Pick<Connection, 'write'>;
  #parts: Uint8Array[] = [];
  #size = 0;

  constructor(connection: Pick<Connection, 'write'>) {
    this.#connection = connection;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length >= ENOUGH) {
      this.flush();
      this.#connection.write(bytes);
      return;
    }
    // After whoever sends now, and before anything else happens.
    if (this.#parts.length === 0) void Promise.resolve().then(() => this.flush());
    this.#parts.push(bytes);
    this.#size += bytes.length;
    if (this.#size >= ENOUGH) this.flush();
  }

  flush(): void {
    const [first, ...others] = this.#parts;
    if (first === undefined) return;
    this.#connection.write(others.length === 0 ? first : joinBytes(this.#parts));
    this.#parts = [];
    this.#size = 0;
  }
}
