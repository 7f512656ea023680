import type { Endpoint } from '../../../src/outside/network/endpoint.ts';
import type { Connection, Network } from '../../../src/outside/network/network.ts';
import { NetworkError } from '../../../src/outside/network/network-error.ts';
import { joinBytes } from '../../../src/protocol/bytes/concat.ts';
import type { Dice } from '../../fuzz/mutate.ts';
import type { MutatedStream } from './mutated-stream.ts';

/** Messages that a connection sends before it is the next one's turn. */
const AT_ONCE = 10;
/** How long others wait while messages are made. */
const TURN_MS = 10;
/** So many that wait to be sent are enough. */
const MOST_BUFFERED = 131_072;
/** Of all connections, so many say something before they introduce themselves. */
const RUDE_ONE_IN = 8;

export interface SwarmParts {
  readonly network: Network;
  readonly at: Endpoint;
  readonly connections: number;
  readonly stream: MutatedStream;
  readonly dice: Dice;
}

/** Many connections to one node, over which messages of one stream go in turn. */
export class Swarm {
  readonly #parts: SwarmParts;
  readonly #open = new Set<Connection>();
  /** How many connections there were in all: whoever is thrown out comes back. */
  opened = 0;
  sent = 0;
  sentBytes = 0;
  readonly refusals = new Map<string, number>();

  constructor(parts: SwarmParts) {
    this.#parts = parts;
  }

  /** Sends so many messages, over all connections in turn. */
  async send(count: number, onTurn: () => void): Promise<void> {
    const goal = this.sent + count;
    while (this.sent < goal) {
      await this.#fill();
      let began = performance.now();
      for (const connection of [...this.#open]) {
        if (connection.buffered > MOST_BUFFERED || !this.#open.has(connection)) continue;
        this.#burst(connection, Math.min(AT_ONCE, goal - this.sent));
        if (this.sent >= goal) break;
        if (performance.now() - began < TURN_MS) continue;
        await turn();
        began = performance.now();
      }
      onTurn();
      // Who was thrown out is to notice it before he says more.
      await pause();
    }
  }

  /** Waits until everything has left, as far as anybody takes it. */
  async drain(limitMs: number): Promise<void> {
    const end = performance.now() + limitMs;
    while ([...this.#open].some(({ buffered }) => buffered > 0) && performance.now() < end) {
      await pause();
    }
  }

  leave(): void {
    for (const connection of this.#open) connection.destroy();
  }

  #burst(connection: Connection, count: number): void {
    const messages = Array.from({ length: count }, () => this.#parts.stream.next());
    const bytes = joinBytes(messages);
    connection.write(bytes);
    this.sent += count;
    this.sentBytes += bytes.length;
  }

  async #fill(): Promise<void> {
    const missing = this.#parts.connections - this.#open.size;
    const tries = Array.from({ length: missing }, () => this.#connect());
    await Promise.all(tries);
  }

  async #connect(): Promise<void> {
    const { network, at, stream, dice } = this.#parts;
    const isRude = dice(RUDE_ONE_IN) === 0;
    const greeting = stream.greeting();
    try {
      const connection = await network.connect({ ...at, timeoutMs: 20_000 });
      this.opened++;
      this.#open.add(connection);
      connection.start({
        data: () => {},
        close: () => this.#open.delete(connection),
      });
      if (!isRude) connection.write(greeting);
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      this.refusals.set(error.code, (this.refusals.get(error.code) ?? 0) + 1);
    }
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
