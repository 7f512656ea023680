/**
 * The door to the network: streams of bytes between two programs (TCP), and messages to whoever
 * listens on a local network (UDP multicast).
 *
 * What the network refuses is a {@link NetworkError}. Bytes that are handed over, in either
 * direction, are not changed afterwards by anybody: they may be shared instead of copied.
 */
import type { Endpoint } from './endpoint.ts';
import type { NetworkError } from './network-error.ts';

export interface Network {
  /** Waits for connections. Port 0 takes one that is free; the listener tells which. */
  listen(at: ListenPlace, handlers: ListenHandlers): Promise<Listener>;
  /** Opens a connection. The host may be a name. */
  connect(options: ConnectOptions): Promise<Connection>;
  /** The addresses that a host name stands for, at least one. */
  lookup(hostname: string): Promise<readonly string[]>;
  /** The addresses by which others may reach this machine. */
  localAddresses(): readonly string[];
  /** Sends to, and hears, everybody on the local network who has joined the same group. */
  joinGroup(group: Endpoint, onMessage: MessageHandler): Promise<MulticastGroup>;
}

export interface ListenPlace extends Endpoint {
  /** Whether `::` leaves the addresses of IPv4 to somebody else. */
  readonly ipv6Only?: boolean;
}

export interface ListenHandlers {
  connection(connection: Connection): void;
  /** A connection could not be taken (too many are open, say); the listener goes on. */
  error?(error: NetworkError): void;
}

export interface Listener {
  readonly address: Endpoint;
  /** Takes no more connections. Those that were taken stay. */
  close(): Promise<void>;
}

export interface ConnectOptions extends Endpoint {
  /** How long to try, {@link CONNECT_TIMEOUT_MS} unless told otherwise. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Bitcoin Core's `-timeout`. */
export const CONNECT_TIMEOUT_MS = 5000;

/** How long {@link Connection.end} gives what was written to leave. */
export const LINGER_MS = 5000;

/** With so many bytes waiting to be sent, `write` asks for a pause. */
export const SEND_BUFFER_SIZE = 65_536;

/** With so many, the writer has not listened, and the connection is given up. */
export const LARGEST_SEND_BUFFER = 33_554_432;

/**
 * A stream of bytes in each direction. No byte arrives before `start`, so none is missed.
 *
 * Either side ends it for both: a connection that can be read but not written to does not exist here.
 */
export interface Connection {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** The bytes that were written and still wait to be sent. */
  readonly buffered: number;

  /** Names those who want to hear of it. To be called once. */
  start(handlers: ConnectionHandlers): void;
  /**
   * Sends bytes, after those before them. False asks for a pause until `drain`. Without effect once
   * the connection has ended.
   */
  write(bytes: Uint8Array): boolean;
  /** Lets arriving bytes wait, and so, before long, the other side. */
  pause(): void;
  resume(): void;
  /** Ends the connection once everything that was written has left. No byte arrives any more. */
  end(): void;
  /** Ends the connection now. */
  destroy(): void;
}

export interface ConnectionHandlers {
  data(bytes: Uint8Array): void;
  /** Everything that was written has left, after `write` had asked for a pause. */
  drain?(): void;
  /** The connection has ended. Called exactly once, last, and never from inside another call. */
  close(reason: CloseReason): void;
}

/** Who ended a connection: this side, the other one, or the network. */
export type CloseReason = 'local' | 'remote' | NetworkError;

export interface MulticastGroup {
  /** Sends a message to the group, or to one member. It may get lost, as every message here. */
  send(bytes: Uint8Array, to?: Endpoint): void;
  close(): Promise<void>;
}

export type MessageHandler = (bytes: Uint8Array, from: Endpoint) => void;
