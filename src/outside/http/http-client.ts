import type { Endpoint } from '../network/endpoint.ts';

/**
 * The door to servers that speak HTTP/1.1. Connections are kept for the next request to the same
 * server, and let go when they have been idle for some seconds.
 */
export interface HttpClient {
  /**
   * Makes a request, and has the whole answer, whatever its status. A host may be a name.
   *
   * @throws NetworkError if there is no answer: `refused`, `not-found`, `timeout`, `reset`, `aborted`…
   * @throws HttpError `too-large` if the answer is longer than allowed
   */
  request(to: Endpoint, call: HttpCall): Promise<HttpAnswer>;
  /** Lets go of all connections. Requests under way end with a NetworkError. */
  close(): void;
}

export interface HttpCall {
  /** `POST` by default. */
  readonly method?: string;
  /** `/wallet/mine`; `/` by default. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** So long the answer may take to be there as a whole; without end by default. */
  readonly timeoutMs?: number;
  /** Bytes of the answer's body at most. */
  readonly mostBytes?: number;
  /** Calls the request off: it ends with a NetworkError `aborted`. */
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** By names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/** A block of a real chain with all it spends, as JSON, is a tenth of this. */
export const MOST_ANSWER_BYTES = 256 * 2 ** 20;
