/** HTTP over the sockets of the machine, by Node's own server. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Endpoint, endpointText } from '../network/endpoint.ts';
import { toNetworkError } from '../network/system-network-error.ts';
import {
  DEFAULT_HTTP_LIMITS,
  type Http,
  type HttpHandler,
  type HttpLimits,
  type HttpRequest,
  type HttpResponse,
  type HttpServer,
} from './http.ts';
import { HttpError } from './http-error.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { sendResponse } from './send-response.ts';

/** How often it is looked for connections that have been too slow. */
const SLOW_CHECK_MS = 1000;
/** How long `close` waits for what is being answered. */
const CLOSE_MS = 2000;
const PAYLOAD_TOO_LARGE = 413;
const BAD_REQUEST = 400;
/** As much as Bitcoin Core reads of all headers together. */
const MOST_URL = 8192;
const INTERNAL_ERROR = 500;

export interface SystemHttpOptions {
  /** Whether servers, and whoever is connected, keep the process from ending by itself; they do. */
  readonly keepsProcessAlive?: boolean;
}

/**
 * HTTP of the machine.
 *
 * @example
 * const server = await new SystemHttp().serve({ host: '127.0.0.1', port: 8332 }, answer);
 */
export class SystemHttp implements Http {
  readonly #keepsProcessAlive: boolean;

  constructor({ keepsProcessAlive = true }: SystemHttpOptions = {}) {
    this.#keepsProcessAlive = keepsProcessAlive;
  }

  serve(at: Endpoint, handler: HttpHandler, limits: Partial<HttpLimits> = {}): Promise<HttpServer> {
    const { bodyBytes, timeoutMs } = { ...DEFAULT_HTTP_LIMITS, ...limits };
    const oneAtATime = new OneAtATime();
    const server = createServer(
      {
        noDelay: true,
        headersTimeout: timeoutMs,
        requestTimeout: timeoutMs,
        keepAliveTimeout: timeoutMs,
        connectionsCheckingInterval: SLOW_CHECK_MS,
      },
      (incoming, response) => {
        oneAtATime.take(incoming.socket, response, () => {
          void answer(incoming, response, handler, { bodyBytes, timeoutMs });
        });
      },
    );
    // Who says that there is nothing more to come still waits for the answer: `nc -N` does.
    Object.assign(server, { httpAllowHalfOpen: true });
    if (!this.#keepsProcessAlive) {
      server.unref();
      server.on('connection', (socket) => socket.unref());
    }
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void =>
        reject(toNetworkError(`listen on ${endpointText(at)}`, error));
      server.once('error', fail);
      server.listen({ host: at.host, port: at.port }, () => {
        server.off('error', fail);
        // A connection that could not be taken, because too many are open, is lost; the others are not.
        server.on('error', () => {});
        const address = server.address();
        const port = typeof address === 'object' && address !== null ? address.port : at.port;
        resolve({ address: { host: at.host, port }, close: () => close(server) });
      });
    });
  }
}

async function answer(
  incoming: IncomingMessage,
  response: ServerResponse,
  handler: HttpHandler,
  limits: HttpLimits,
): Promise<void> {
  // Whoever goes away before the answer is written gets none.
  response.on('error', () => {});
  const say = (found: HttpResponse): Promise<void> =>
    sendResponse(response, found, limits.timeoutMs);
  try {
    if ((incoming.url ?? '').length > MOST_URL) await say({ status: BAD_REQUEST });
    else await say(await handler(requestOf(incoming, limits.bodyBytes)));
  } catch (error) {
    if (error instanceof HttpError && error.code === 'cut-off') return;
    const isTooLarge = error instanceof HttpError;
    await say({ status: isTooLarge ? PAYLOAD_TOO_LARGE : INTERNAL_ERROR });
    if (!isTooLarge) throw error;
  }
}

function requestOf(incoming: IncomingMessage, bodyBytes: number): HttpRequest {
  const { method = 'GET', url = '/', socket } = incoming;
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (typeof value === 'string') headers.set(name, value);
  }
  return {
    ...{ method, url, headers },
    remote: { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 },
    body: (most = bodyBytes) => readBody(incoming, Math.min(most, bodyBytes)),
  };
}

function readBody(incoming: IncomingMessage, most: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const tooLarge = (): HttpError =>
      new HttpError('too-large', `the body of the request has more than ${most} bytes`);
    const parts: Uint8Array[] = [];
    let length = 0;
    const isTooLong = Number(incoming.headers['content-length'] ?? 0) > most;
    // The rest of a body that is too long is let through to nowhere: a client that is still sending
    // when the connection ends would never read why.
    incoming.on('data', (part: Uint8Array) => {
      length += part.length;
      if (length <= most && !isTooLong) parts.push(part);
      else parts.length = 0;
    });
    if (isTooLong) {
      reject(tooLarge());
      return;
    }
    const cut = (): void => reject(new HttpError('cut-off', 'the client went away'));
    incoming.on('error', cut).on('close', cut);
    incoming.on('end', () => {
      incoming.off('error', cut).off('close', cut);
      if (length > most) reject(tooLarge());
      else resolve(joined(parts, length));
    });
  });
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // A connection that has its answer is kept open for the next request, which nobody takes any more.
    const idle = setInterval(() => server.closeIdleConnections(), 20);
    const late = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(late);
      resolve();
    });
    server.closeIdleConnections();
  });
}
