/** HTTP to servers over the sockets of the machine, by Node's own client. */
import { Agent, type IncomingMessage, request } from 'node:http';
import { joinBytes } from '../../protocol/bytes/concat.ts';
import { type Endpoint, endpointText } from '../network/endpoint.ts';
import { NetworkError } from '../network/network-error.ts';
import { toNetworkError } from '../network/system-network-error.ts';
import {
  type HttpAnswer,
  type HttpCall,
  type HttpClient,
  MOST_ANSWER_BYTES,
} from './http-client.ts';
import { HttpError } from './http-error.ts';
import { UnderWay } from './under-way.ts';

/** Well before servers end idle connections, Bitcoin Core after 30 seconds. */
const IDLE_MS = 5000;
/** What Node's timers can do. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * HTTP of the machine.
 *
 * @example
 * const client = new SystemHttpClient();
 * const { status, body } = await client.request({ host: 'localhost', port: 8332 }, { body: '{}' });
 * client.close();
 */
export class SystemHttpClient implements HttpClient {
  readonly #agent = new Agent({ keepAlive: true, timeout: IDLE_MS });
  readonly #underWay = new UnderWay();

  async request(to: Endpoint, call: HttpCall): Promise<HttpAnswer> {
    const action = `call ${endpointText(to)}`;
    for (;;) {
      if (this.#underWay.isOver(call.signal)) throw new NetworkError('aborted', action);
      const attempt = this.#attempt(to, call, action);
      try {
        return await attempt.answer;
      } catch (error) {
        if (!attempt.isStale(error)) throw error;
      }
    }
  }

  #attempt(to: Endpoint, call: HttpCall, action: string): Attempt {
    const { method = 'POST', path = '/', headers = {}, body = '' } = call;
    const { mostBytes = MOST_ANSWER_BYTES, timeoutMs, signal } = call;
    const bytes = new TextEncoder().encode(body);
    const outgoing = request({
      ...{ host: to.host, port: to.port, agent: this.#agent, method, path },
      headers: { ...headers, 'Content-Length': bytes.length },
    });
    let isAnswered = false;
    const answer = new Promise<HttpAnswer>((resolve, reject) => {
      const end = (code: 'timeout' | 'aborted'): void => {
        outgoing.destroy(new NetworkError(code, action));
      };
      const timer =
        timeoutMs === undefined
          ? undefined
          : setTimeout(() => end('timeout'), Math.min(timeoutMs, LONGEST_MS));
      const unwatch = this.#underWay.watch(signal, () => end('aborted'));
      const release = (): void => {
        clearTimeout(timer);
        unwatch();
      };
      const fail = (error: unknown): void => {
        release();
        reject(typedError(action, error));
      };
      outgoing.on('error', fail);
      outgoing.on('response', (incoming) => {
        isAnswered = true;
        readAnswer(incoming, mostBytes).then((whole) => {
          release();
          resolve(whole);
        }, fail);
      });
      outgoing.end(bytes);
    });
    const isReset = (error: unknown): boolean =>
      error instanceof NetworkError && error.code === 'reset';
    return { answer, isStale: (error) => isReset(error) && outgoing.reusedSocket && !isAnswered };
  }

  close(): void {
    this.#underWay.close();
    this.#agent.destroy();
  }
}

interface Attempt {
  readonly answer: Promise<HttpAnswer>;
  /**
   * Whether it failed because the server ended a kept connection while nothing was asked of it, and the
   * request came too late. It is made again: on a new connection that cannot happen.
   */
  readonly isStale: (error: unknown) => boolean;
}

function readAnswer(incoming: IncomingMessage, mostBytes: number): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = [];
    let length = 0;
    incoming.on('data', (part: Uint8Array) => {
      length += part.length;
      parts.push(part);
      if (length <= mostBytes) return;
      parts.length = 0;
      incoming.destroy(
        new HttpError(
          'too-large',
          `the answer has more than ${mostBytes} bytes, which is the limit`,
        ),
      );
    });
    incoming.on('error', reject);
    incoming.on('end', () => {
      const headers = new Map<string, string>();
      for (const [name, value] of Object.entries(incoming.headers)) {
        if (value !== undefined) headers.set(name, [value].flat().join(', '));
      }
      resolve({ status: incoming.statusCode ?? 0, headers, body: joinBytes(parts) });
    });
  });
}

function typedError(action: string, error: unknown): unknown {
  if (error instanceof NetworkError || error instanceof HttpError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  // Whoever answers in another language than HTTP.
  if (typeof code === 'string' && code.startsWith('HPE_')) {
    return new NetworkError('failed', action, 'what is listening there does not speak HTTP');
  }
  return toNetworkError(action, error);
}
