import type { Clock } from '../outside/clock/clock.ts';
import { sleep } from '../outside/clock/clock.ts';
import type { HttpAnswer, HttpClient } from '../outside/http/http-client.ts';
import { HttpError } from '../outside/http/http-error.ts';
import type { Endpoint } from '../outside/network/endpoint.ts';
import { NetworkError } from '../outside/network/network-error.ts';
import { type Json, type JsonObject, jsonText } from '../protocol/report/json-text.ts';
import type { JsonValue } from '../protocol/report/json-value.ts';
import { type PlainJson, plainJson } from './plain-json.ts';
import { type BatchAnswer, readBatch, readReply } from './read-reply.ts';
import { IN_WARMUP, RpcCallError } from './rpc-call-error.ts';
import { RpcConnectError } from './rpc-connect-error.ts';
import { authorizationHeader, type RpcCredentials } from './rpc-credentials.ts';

export interface RpcConnectionOptions {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly endpoint: Endpoint;
  readonly credentials: RpcCredentials;
  /** The wallet that is called; by default the one that is loaded. */
  readonly wallet?: string;
  /** So long an answer may take: as in `bitcoin-cli`, 15 minutes by default; 0 is for ever. */
  readonly timeoutMs?: number;
}

export interface CallOptions {
  readonly timeoutMs?: number;
  /** Calls it off. */
  readonly signal?: AbortSignal;
  /** Waits so long at most for a node that is not there yet, or still starts. Infinity is for ever. */
  readonly waitMs?: number;
}

/** By position, or by name. */
export type CallParams = readonly Json[] | JsonObject | ReadonlyMap<string, Json>;

export interface BatchCall {
  readonly method: string;
  readonly params?: CallParams;
}

const DEFAULT_TIMEOUT_MS = 900_000;
/** Most nodes are there in a moment; who takes longer is asked less often. */
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 1000;
const UNAUTHORIZED = 401;
const UNAVAILABLE = 503;
/** Errors of JSON-RPC 1.0 are errors of HTTP too: what stands in the body counts. */
const WITH_ANSWER: ReadonlySet<number> = new Set([200, 400, 404, 500]);

/**
 * Calls the methods of a node, ours or Bitcoin Core. It needs no opening and no closing: connections belong
 * to the {@link HttpClient}.
 *
 * @example
 * const node = new RpcConnection({ http, clock, endpoint, credentials: cookieCredentials(disk, path) });
 * await node.call('getblockhash', [0]) // '0f9188f13cb7…'
 */
export class RpcConnection {
  readonly #options: RpcConnectionOptions;
  /** What was read last, and has not been refused since. */
  #known: string | undefined;
  #nextId = 1;

  constructor(options: RpcConnectionOptions) {
    this.#options = options;
  }

  /** Where the node is. */
  get endpoint(): Endpoint {
    return this.#options.endpoint;
  }

  /** The same node, for another wallet. */
  forWallet(wallet: string): RpcConnection {
    return new RpcConnection({ ...this.#options, wallet });
  }

  /**
   * Calls a method. Amounts, and numbers that JavaScript cannot hold, are text: see {@link plainJson}.
   *
   * @throws RpcCallError if the node answers with an error
   * @throws RpcConnectError if it does not answer
   */
  async call<T extends PlainJson = PlainJson>(
    method: string,
    params: CallParams = [],
    options: CallOptions = {},
  ): Promise<T> {
    return plainJson(await this.callExact(method, params, options)) as T;
  }

  /** The same, with all numbers as they were written. */
  callExact(
    method: string,
    params: CallParams = [],
    options: CallOptions = {},
  ): Promise<JsonValue> {
    const request = requestOf({ method, params }, this.#nextId++);
    return this.#waiting(options, async () => {
      return readReply(await this.#send(jsonText(request), options), method, this.endpoint);
    });
  }

  /** Several calls in one request. One that fails is no reason for others to fail. */
  batch(calls: readonly BatchCall[], options: CallOptions = {}): Promise<readonly BatchAnswer[]> {
    const requests = calls.map((call, id) => requestOf(call, id));
    return this.#waiting(options, async () => {
      const text = await this.#send(jsonText(requests), options);
      const answers = readBatch(text, calls, this.endpoint);
      // Who starts says so to every call.
      const [first] = answers;
      if (options.waitMs !== undefined && first?.kind === 'error') throwWarmUp(first.error);
      return answers;
    });
  }

  /** Repeats what cannot be done yet. A call that may have been heard is not repeated. */
  async #waiting<T>({ waitMs, signal }: CallOptions, act: () => Promise<T>): Promise<T> {
    const { clock } = this.#options;
    const since = clock.monotonic();
    for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(2 * retryMs, LAST_RETRY_MS)) {
      try {
        return await act();
      } catch (error) {
        const isOver = waitMs === undefined || clock.monotonic() - since >= waitMs;
        if (isOver || !mayPass(error)) throw error;
      }
      try {
        await sleep(clock, retryMs, signal);
      } catch {
        throw this.#failed('aborted', 'it was called off');
      }
    }
  }

  /** The body of the answer. */
  async #send(body: string, options: CallOptions): Promise<string> {
    let used = this.#known ?? (await this.#options.credentials.read());
    let answer = await this.#post(body, used, options);
    if (answer.status === UNAUTHORIZED && this.#options.credentials.mayChange) {
      const fresh = await this.#options.credentials.read();
      if (fresh !== undefined && fresh !== used) {
        used = fresh;
        answer = await this.#post(body, used, options);
      }
    }
    this.#known = answer.status === UNAUTHORIZED ? undefined : used;
    return this.#bodyOf(answer, used !== undefined);
  }

  async #post(
    body: string,
    credentials: string | undefined,
    { timeoutMs = this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS, signal }: CallOptions,
  ): Promise<HttpAnswer> {
    const { http, endpoint, wallet } = this.#options;
    try {
      return await http.request(endpoint, {
        path: wallet === undefined ? '/' : `/wallet/${encodeURIComponent(wallet)}`,
        headers: {
          'Content-Type': 'application/json',
          ...(credentials !== undefined && { Authorization: authorizationHeader(credentials) }),
        },
        body: `${body}\n`,
        ...(timeoutMs > 0 && { timeoutMs }),
        ...(signal !== undefined && { signal }),
      });
    } catch (error) {
      throw this.#connectError(error);
    }
  }

  #bodyOf({ status, body }: HttpAnswer, hasCredentials: boolean): string {
    const text = new TextDecoder().decode(body);
    if (status === UNAUTHORIZED) {
      throw hasCredentials
        ? this.#failed('unauthorized', 'user or password are wrong', status)
        : this.#failed('no-credentials', 'it wants a password, and there is no cookie', status);
    }
    if (status === UNAVAILABLE) throw this.#failed('busy', text.trim() || 'it is busy', status);
    if (!WITH_ANSWER.has(status)) {
      throw this.#failed('http-status', `it answered with HTTP status ${status}`, status);
    }
    if (text.trim() === '') throw this.#failed('empty-answer', 'the answer is empty', status);
    return text;
  }

  #connectError(error: unknown): unknown {
    if (error instanceof HttpError)
      return this.#failed('bad-answer', error.message, undefined, error);
    if (!(error instanceof NetworkError)) return error;
    if (error.code === 'aborted' || error.code === 'timeout') {
      return this.#failed(error.code, error.reason, undefined, error);
    }
    return this.#failed('unreachable', error.reason, undefined, error);
  }

  #failed(
    code: RpcConnectError['code'],
    reason: string,
    status?: number,
    cause?: unknown,
  ): RpcConnectError {
    return new RpcConnectError(code, reason, { endpoint: this.endpoint, status, cause });
  }
}

function requestOf({ method, params = [] }: BatchCall, id: number): Json {
  return { jsonrpc: '2.0', id, method, params };
}

function mayPass(error: unknown): boolean {
  if (error instanceof RpcCallError) return error.number === IN_WARMUP;
  return error instanceof RpcConnectError && error.code === 'unreachable';
}

function throwWarmUp(error: RpcCallError): void {
  if (error.number === IN_WARMUP) throw error;
}
