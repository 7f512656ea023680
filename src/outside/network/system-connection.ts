import type { Socket } from 'node:net';
import { type Endpoint, endpointText } from './endpoint.ts';
import {
  type CloseReason,
  type Connection,
  type ConnectionHandlers,
  LARGEST_SEND_BUFFER,
  LINGER_MS,
  SEND_BUFFER_SIZE,
} from './network.ts';
import { NetworkError } from './network-error.ts';
import { toNetworkError } from './system-network-error.ts';

/** A connection of the machine: a TCP socket. */
export class SystemConnection implements Connection {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly #socket: Socket;
  #handlers: ConnectionHandlers | undefined;
  #bytesRead = 0;
  #bytesWritten = 0;
  #paused = false;
  #ended = false;
  #error: unknown;
  #reason: CloseReason | undefined;
  #wantsDrain = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.local = endpointOf(socket.localAddress, socket.localPort);
    this.remote = endpointOf(socket.remoteAddress, socket.remotePort);
    socket.on('data', this.#onData);
    // Until it is started, what arrives waits in the system, and the other side before long.
    socket.pause();
    socket.on('drain', this.#onDrain);
    // The other side has ended it: what is still to be sent finds nobody.
    socket.on('end', () => this.#close('remote'));
    socket.on('error', (error) => {
      this.#error ??= toNetworkError(`talk to ${endpointText(this.remote)}`, error);
    });
    socket.on('close', this.#onClose);
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  get buffered(): number {
    return this.#socket.writableLength;
  }

  start(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
    // It may be over already; whoever starts it hears of that after this call.
    if (this.#socket.closed) setImmediate(this.#onClose);
    else if (!this.#paused) this.#socket.resume();
  }

  write(bytes: Uint8Array): boolean {
    if (this.#ended || this.#reason !== undefined || !this.#socket.writable) return false;
    if (this.buffered + bytes.length > LARGEST_SEND_BUFFER) {
      this.#close(new NetworkError('overflow', `send to ${endpointText(this.remote)}`));
      return false;
    }
    this.#bytesWritten += bytes.length;
    this.#socket.write(bytes);
    const mayGoOn = this.buffered < SEND_BUFFER_SIZE;
    this.#wantsDrain ||= !mayGoOn;
    return mayGoOn;
  }

  pause(): void {
    this.#paused = true;
    if (!this.#ended) this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#handlers !== undefined) this.#socket.resume();
  }

  end(): void {
    if (this.#ended || this.#reason !== undefined) return;
    this.#ended = true;
    this.#socket.end();
    // The end of the other side is read behind whatever else it sends, which nobody wants now.
    this.#socket.resume();
    const linger = setTimeout(() => this.#close('local'), LINGER_MS);
    this.#socket.once('close', () => clearTimeout(linger));
  }

  destroy(): void {
    this.#close('local');
  }

  #close(reason: CloseReason): void {
    this.#reason ??= this.#ended ? 'local' : reason;
    this.#socket.destroy();
  }

  readonly #onData = (data: Buffer): void => {
    if (this.#ended || this.#reason !== undefined) return;
    this.#bytesRead += data.length;
    this.#handlers?.data(new Uint8Array(data.buffer, data.byteOffset, data.length));
  };

  readonly #onDrain = (): void => {
    if (!this.#wantsDrain || this.#ended || this.#reason !== undefined) return;
    this.#wantsDrain = false;
    this.#handlers?.drain?.();
  };

  readonly #onClose = (): void => {
    const ended = this.#ended ? 'local' : undefined;
    const reason = this.#reason ?? ended ?? this.#error ?? 'remote';
    // What is no failure of the network is a bug, and must not be taken for one.
    if (!(typeof reason === 'string' || reason instanceof NetworkError)) throw reason;
    this.#handlers?.close(reason as CloseReason);
  };
}

function endpointOf(address: string | undefined, port: number | undefined): Endpoint {
  // A socket for both kinds of addresses shows the older kind inside the newer one.
  return { host: (address ?? '').replace(/^::ffff:(?=\d+\.)/i, ''), port: port ?? 0 };
}
