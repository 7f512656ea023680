/** Bytes over a socket, for what no library would send. */
import { connect, type Socket } from 'node:net';
import { HOST } from './target.ts';

export interface Exchange {
  /** What came back, as Latin-1, at most {@link MOST_READ} characters. */
  readonly text: string;
  /** Whether the other side ended the connection. */
  readonly isClosed: boolean;
}

interface ExchangeOptions {
  /** Tell the other side that there is nothing more to come. */
  readonly halfClose?: boolean;
  /** Leave once this has come. */
  readonly until?: RegExp;
  readonly timeoutMs: number;
}

const MOST_READ = 1_000_000;

/** Sends bytes, and listens until the other side ends the connection, or for so long. */
export function exchange(
  port: number,
  bytes: string | Uint8Array,
  { halfClose = false, until, timeoutMs }: ExchangeOptions,
): Promise<Exchange> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: HOST, allowHalfOpen: true });
    let text = '';
    const finish = (isClosed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text, isClosed });
    };
    const timer = setTimeout(() => finish(false), timeoutMs);
    // It may be ended while this is still sending.
    socket.on('error', () => finish(true));
    socket.on('end', () => finish(true));
    socket.on('data', (part: Buffer) => {
      if (text.length < MOST_READ) text += part.toString('latin1');
      if (until?.test(text)) finish(false);
    });
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    if (halfClose) socket.end();
  });
}

/** A socket of somebody who does not care what comes back. */
export function openSocket(port: number): Socket {
  const socket = connect(port, HOST);
  socket.on('error', () => {});
  return socket;
}

/** The status of an answer; 0 where there is none. */
export function statusIn(text: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
}
