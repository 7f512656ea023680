import type { SeededEntropy } from '../entropy/seeded-entropy.ts';
import { type Endpoint, endpointText } from './endpoint.ts';
import {
  CONNECT_TIMEOUT_MS,
  type Connection,
  type ConnectOptions,
  type Listener,
  type ListenHandlers,
  type MessageHandler,
  type MulticastGroup,
  type Network,
} from './network.ts';
import { NetworkError } from './network-error.ts';
import { connectEndpoints, type VirtualConnection } from './virtual-connection.ts';
import type { VirtualGroups } from './virtual-groups.ts';
import type { Wires } from './virtual-wires.ts';

const FIRST_FREE_PORT = 49152;
const LAST_PORT = 65535;
const EVERY_ADDRESS: readonly string[] = ['0.0.0.0', '::'];
const LOOPBACK: readonly string[] = ['127.0.0.1', '::1', 'localhost'];

/** What a host knows of the network that it is in. */
export interface Surroundings {
  readonly wires: Wires;
  readonly groups: VirtualGroups;
  readonly stallTimeoutMs: number;
  findHost(address: string): VirtualHost | undefined;
  findName(hostname: string): readonly string[] | undefined;
}

interface Listening {
  readonly handlers: ListenHandlers;
  readonly isForItselfOnly: boolean;
}

/** The network as one host of a virtual network sees it. */
export class VirtualHost implements Network {
  readonly address: string;
  readonly #surroundings: Surroundings;
  readonly #entropy: SeededEntropy;
  readonly #listening = new Map<number, Listening>();
  readonly #connections = new Set<VirtualConnection>();
  #nextPort = FIRST_FREE_PORT;

  constructor(address: string, surroundings: Surroundings) {
    this.address = address;
    this.#surroundings = surroundings;
    this.#entropy = surroundings.wires.entropy.fork(`host ${address}`);
  }

  async listen(at: Endpoint, handlers: ListenHandlers): Promise<Listener> {
    const action = `listen on ${endpointText(at)}`;
    const isForItselfOnly = LOOPBACK.includes(at.host);
    if (!isForItselfOnly && at.host !== this.address && !EVERY_ADDRESS.includes(at.host)) {
      throw new NetworkError('unavailable', action);
    }
    const port = at.port === 0 ? this.#freePort() : at.port;
    if (this.#listening.has(port)) throw new NetworkError('in-use', action);
    const listening = { handlers, isForItselfOnly };
    this.#listening.set(port, listening);
    return {
      address: { host: at.host, port },
      close: async () => {
        if (this.#listening.get(port) === listening) this.#listening.delete(port);
      },
    };
  }

  async connect(options: ConnectOptions): Promise<Connection> {
    const { port, timeoutMs = CONNECT_TIMEOUT_MS, signal } = options;
    const action = `connect to ${endpointText(options)}`;
    if (signal?.aborted === true) throw new NetworkError('aborted', action);
    const [address = this.address] = this.#resolve(options.host, action);
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        cancelTry();
        cancelTimeout();
        signal?.removeEventListener('abort', abort);
      };
      const fail = (code: 'timeout' | 'aborted' | 'refused' | 'unreachable'): void => {
        stop();
        reject(new NetworkError(code, action));
      };
      const abort = (): void => fail('aborted');
      const { clock } = this.#surroundings.wires;
      const cancelTimeout = clock.schedule(timeoutMs, () => fail('timeout'));
      signal?.addEventListener('abort', abort, { once: true });
      const cancelTry = this.#try({ host: address, port }, fail, (connection) => {
        stop();
        resolve(connection);
      });
    });
  }

  async lookup(hostname: string): Promise<readonly string[]> {
    return this.#resolve(hostname, `look up ${hostname}`);
  }

  localAddresses(): readonly string[] {
    return [this.address];
  }

  async joinGroup(group: Endpoint, onMessage: MessageHandler): Promise<MulticastGroup> {
    return this.#surroundings.groups.join(group, this.address, this.#entropy, onMessage);
  }

  /** As if every program on this host had been killed: none of them hears of anything any more. */
  kill(): void {
    this.#listening.clear();
    this.#surroundings.groups.leaveAll(this.address);
    for (const connection of [...this.#connections]) connection.kill();
  }

  /** The number of connections that this host has. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Goes to the other host and back; the connection is there for it half a round earlier. */
  #try(
    to: Endpoint,
    fail: (code: 'refused' | 'unreachable') => void,
    done: (connection: Connection) => void,
  ): () => void {
    const { wires, findHost } = this.#surroundings;
    const there = { from: this.address, to: to.host };
    const back = { from: to.host, to: this.address };
    const host = findHost(to.host);
    let opened: VirtualConnection | undefined;
    let cancel = wires.notify(there, this.#entropy, () => {
      if (host === undefined) {
        fail('unreachable');
        return;
      }
      opened = host.accept({ host: this.address, port: this.#freePort() }, to);
      const connection = opened;
      cancel = wires.notify(back, this.#entropy, () => {
        if (connection === undefined) {
          fail('refused');
          return;
        }
        opened = undefined;
        this.#keep(connection);
        done(connection);
      });
    });
    return () => {
      cancel();
      opened?.destroy();
    };
  }

  /** Takes a connection, and answers with the other end of it; undefined where nobody listens. */
  accept(from: Endpoint, to: Endpoint): VirtualConnection | undefined {
    const listening = this.#listening.get(to.port);
    const isStranger = from.host !== this.address;
    if (listening === undefined || (listening.isForItselfOnly && isStranger)) return undefined;
    const { wires, stallTimeoutMs } = this.#surroundings;
    const [theirs, ours] = connectEndpoints(wires, stallTimeoutMs, from, to);
    this.#keep(ours);
    listening.handlers.connection(ours);
    return theirs;
  }

  #keep(connection: VirtualConnection): void {
    this.#connections.add(connection);
    connection.onClosed = () => this.#connections.delete(connection);
  }

  #resolve(host: string, action: string): readonly string[] {
    if (LOOPBACK.includes(host)) return [this.address];
    const addresses = this.#surroundings.findName(host);
    if (addresses !== undefined) return addresses;
    if (/^[\d.]+$/.test(host) || host.includes(':')) return [host];
    throw new NetworkError('not-found', action);
  }

  /** The next port that nobody listens on; connections may share one with those long gone. */
  #freePort(): number {
    for (;;) {
      const port = this.#nextPort;
      this.#nextPort = port === LAST_PORT ? FIRST_FREE_PORT : port + 1;
      if (!this.#listening.has(port)) return port;
    }
  }
}
