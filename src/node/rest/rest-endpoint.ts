import type { HttpResponse } from '../../outside/http/http.ts';
import { fromReversedHex } from '../../protocol/bytes/hex.ts';
import type { Json } from '../../protocol/report/json-text.ts';
import type { JsonValue } from '../../protocol/report/json-value.ts';
import type { Node } from '../node.ts';
import { badRequest } from './rest-error.ts';
import type { RestQuestion } from './rest-request.ts';

/** What endpoints answer out of. */
export interface RestSources {
  readonly node: Node;
  /** What a method of JSON-RPC answers, so that both tell the same. */
  readonly method: (name: string, ...params: readonly JsonValue[]) => Promise<Json>;
}

/** An endpoint. The first one whose path a request begins with answers it. */
export interface RestEndpoint {
  readonly path: string;
  answer(question: RestQuestion, sources: RestSources): Promise<HttpResponse>;
}

const MAX_HEADERS = 2000;

/**
 * The bytes of a hash.
 *
 * @throws RestError 400 if it is none
 */
export function hashIn(text: string): Uint8Array {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return fromReversedHex(text);
  throw badRequest(`Invalid hash: ${text}`);
}

/**
 * How many headers are wanted.
 *
 * @throws RestError 400 if that are none, or too many
 */
export function headerCountIn(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= MAX_HEADERS) return count;
  const range = `(1-${MAX_HEADERS})`;
  throw badRequest(`Header count is invalid or out of acceptable range ${range}: ${text}`);
}
