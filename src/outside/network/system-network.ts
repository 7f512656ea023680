/** The network of the machine, through Node's sockets. */
import { lookup } from 'node:dns/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { type Endpoint, endpointText } from './endpoint.ts';
import {
  CONNECT_TIMEOUT_MS,
  type Connection,
  type ConnectOptions,
  type Listener,
  type ListenHandlers,
  type ListenPlace,
  type MessageHandler,
  type MulticastGroup,
  type Network,
} from './network.ts';
import { NetworkError } from './network-error.ts';
import { SystemConnection } from './system-connection.ts';
import { addressesIn, joinSystemGroup } from './system-multicast.ts';
import { toNetworkError } from './system-network-error.ts';

export interface SystemNetworkOptions {
  /** Whether what listens, and what is connected, keeps the process from ending by itself; it does. */
  readonly keepsProcessAlive?: boolean;
}

/**
 * The network of the machine.
 *
 * @example
 * const network = new SystemNetwork();
 * const connection = await network.connect({ host: 'localhost', port: 18444 });
 * connection.start({ data: (bytes) => frames.push(bytes), close: (reason) => log(reason) });
 */
export class SystemNetwork implements Network {
  readonly #keepsProcessAlive: boolean;

  constructor({ keepsProcessAlive = true }: SystemNetworkOptions = {}) {
    this.#keepsProcessAlive = keepsProcessAlive;
  }

  listen(at: ListenPlace, handlers: ListenHandlers): Promise<Listener> {
    const action = `listen on ${endpointText(at)}`;
    return new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => {
        // Gone again before anybody looked: it has no address, and nothing to say.
        if (socket.remoteAddress === undefined) socket.destroy();
        else handlers.connection(this.#connection(socket));
      });
      if (!this.#keepsProcessAlive) server.unref();
      const fail = (error: unknown): void => reject(toNetworkError(action, error));
      server.once('error', fail);
      server.listen({ host: at.host, port: at.port, ipv6Only: at.ipv6Only === true }, () => {
        server.off('error', fail);
        server.on('error', (error) => {
          const reported = toNetworkError(action, error);
          if (!(reported instanceof NetworkError)) throw reported;
          handlers.error?.(reported);
        });
        const address = server.address();
        const port = typeof address === 'object' && address !== null ? address.port : at.port;
        resolve({
          address: { host: at.host, port },
          async close() {
            // It takes no more from here on; its callback waits for the connections to end.
            server.close();
          },
        });
      });
    });
  }

  connect(options: ConnectOptions): Promise<Connection> {
    const { host, port, timeoutMs = CONNECT_TIMEOUT_MS, signal } = options;
    const action = `connect to ${endpointText(options)}`;
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(new NetworkError('aborted', action));
        return;
      }
      const socket: Socket = createConnection({ host, port, noDelay: true });
      const timer = setTimeout(() => fail(new NetworkError('timeout', action)), timeoutMs);
      const abort = (): void => fail(new NetworkError('aborted', action));
      const refuse = (error: unknown): void => fail(toNetworkError(action, error));
      function done(): void {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        socket.off('error', refuse);
      }
      function fail(error: unknown): void {
        done();
        socket.destroy();
        reject(error);
      }
      signal?.addEventListener('abort', abort, { once: true });
      socket.once('error', refuse);
      socket.once('connect', () => {
        done();
        resolve(this.#connection(socket));
      });
    });
  }

  #connection(socket: Socket): Connection {
    if (!this.#keepsProcessAlive) socket.unref();
    return new SystemConnection(socket);
  }

  async lookup(hostname: string): Promise<readonly string[]> {
    try {
      const found = await lookup(hostname, { all: true });
      return [...new Set(found.map(({ address }) => address))];
    } catch (error) {
      throw toNetworkError(`look up ${hostname}`, error);
    }
  }

  localAddresses(): readonly string[] {
    return [...addressesIn('IPv4', false), ...addressesIn('IPv6', false)];
  }

  joinGroup(group: Endpoint, onMessage: MessageHandler): Promise<MulticastGroup> {
    return joinSystemGroup(group, onMessage);
  }
}
