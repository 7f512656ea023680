import type { Clock } from '../clock/clock.ts';
import { type Endpoint, endpointText } from '../network/endpoint.ts';
import { NetworkError } from '../network/network-error.ts';
import type { HttpResponse } from './http.ts';
import {
  type HttpAnswer,
  type HttpCall,
  type HttpClient,
  MOST_ANSWER_BYTES,
} from './http-client.ts';
import { HttpError } from './http-error.ts';
import { UnderWay } from './under-way.ts';
import type { VirtualHttp } from './virtual-http.ts';

/**
 * A client of servers in the same process. How long it waits is told by a clock.
 *
 * @example
 * const client = new VirtualHttpClient(http, clock);
 * await client.request(server.address, { body: '{"method":"getblockcount"}' })
 */
export class VirtualHttpClient implements HttpClient {
  readonly #http: VirtualHttp;
  readonly #clock: Clock;
  readonly #underWay = new UnderWay();

  constructor(http: VirtualHttp, clock: Clock) {
    this.#http = http;
    this.#clock = clock;
  }

  async request(to: Endpoint, call: HttpCall): Promise<HttpAnswer> {
    const { timeoutMs, signal, mostBytes = MOST_ANSWER_BYTES } = call;
    const action = `call ${endpointText(to)}`;
    if (this.#underWay.isOver(signal)) throw new NetworkError('aborted', action);
    let release = (): void => {};
    const ended = new Promise<never>((_, reject) => {
      const end = (code: 'timeout' | 'aborted'): void => reject(new NetworkError(code, action));
      const unwatch = this.#underWay.watch(signal, () => end('aborted'));
      const cancel =
        timeoutMs === undefined ? undefined : this.#clock.schedule(timeoutMs, () => end('timeout'));
      release = () => {
        unwatch();
        cancel?.();
      };
    });
    try {
      return await Promise.race([this.#answer(to, call, action, mostBytes), ended]);
    } finally {
      release();
    }
  }

  close(): void {
    this.#underWay.close();
  }

  async #answer(
    to: Endpoint,
    { method = 'POST', path = '/', headers = {}, body = '' }: HttpCall,
    action: string,
    mostBytes: number,
  ): Promise<HttpAnswer> {
    const answer = answerOf(await this.#ask(to, { method, url: path, headers, body }, action));
    if (answer.body.length > mostBytes) {
      throw new HttpError(
        'too-large',
        `the answer has more than ${mostBytes} bytes, which is the limit`,
      );
    }
    return answer;
  }

  async #ask(
    to: Endpoint,
    request: Parameters<VirtualHttp['request']>[1],
    action: string,
  ): Promise<HttpResponse> {
    try {
      return await this.#http.request(to, request);
    } catch (error) {
      if (error instanceof NetworkError) throw new NetworkError(error.code, action);
      throw error;
    }
  }
}

function answerOf({ status, headers = {}, body = '' }: HttpResponse): HttpAnswer {
  const lower = Object.entries(headers).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  return {
    status,
    headers: new Map(lower),
    body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
  };
}
