import type { Endpoint } from '../network/endpoint.ts';

/** The door to clients that speak HTTP/1.1: whoever answers them needs no more than this. */
export interface Http {
  /**
   * Takes requests at an address. Port 0 is any that is free.
   *
   * @throws NetworkError if that is not possible
   */
  serve(at: Endpoint, handler: HttpHandler, limits?: Partial<HttpLimits>): Promise<HttpServer>;
}

export interface HttpServer {
  /** Where it listens. */
  readonly address: Endpoint;
  /** Takes no more requests, and resolves when those that are being answered are, or after two seconds. */
  close(): Promise<void>;
}

/** Answers a request. What it throws is a bug, and is answered with the status 500. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>;

export interface HttpRequest {
  /** `POST` */
  readonly method: string;
  /** The path, and whatever stands behind it: `/wallet/mine`. */
  readonly url: string;
  /** By names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly remote: Endpoint;
  /**
   * The whole body, of as many bytes as are allowed, or of fewer if `most` says so.
   *
   * @throws HttpError if it is too long, or does not arrive
   */
  body(most?: number): Promise<Uint8Array>;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface HttpLimits {
  /** Bytes of a body. A longer one is answered with the status 413. */
  readonly bodyBytes: number;
  /**
   * So long a client may take for a request, for the next one on the same connection, and to read any
   * of the answer.
   */
  readonly timeoutMs: number;
}

/** As in Bitcoin Core: 32 MiB, and `-rpcservertimeout`. */
export const DEFAULT_HTTP_LIMITS: HttpLimits = { bodyBytes: 32 * 2 ** 20, timeoutMs: 30_000 };
