/** Answers, and refusals, in Bitcoin Core's words. */
import type { HttpResponse } from '../../outside/http/http.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import type { Json } from '../../protocol/report/json-text.ts';
import { longText } from '../rpc/long-text.ts';
import { notFound, type RestError } from './rest-error.ts';
import type { RestFormat, RestQuestion } from './rest-request.ts';

const OK = 200;

/** How an error is told. */
export function errorAnswer({ status, message }: RestError): HttpResponse {
  return { status, headers: { 'Content-Type': 'text/plain' }, body: `${message}\r\n` };
}

/** What an endpoint can be asked for: the bytes, or a value. Only what is asked for is made. */
interface RestContent {
  readonly bytes?: () => Uint8Array | Promise<Uint8Array>;
  /** Instead of the bytes in hexadecimal digits: hashes are written backwards. */
  readonly hex?: () => string;
  readonly json: () => Json | Promise<Json>;
}

/** @throws RestError 404 if there is no such format */
export async function answerWith(
  { format, pause }: RestQuestion,
  { bytes, hex, json }: RestContent,
): Promise<HttpResponse> {
  if (format === 'json') {
    return answer('application/json', `${await longText(await json(), pause)}\n`);
  }
  if (bytes === undefined || format === undefined) throw noSuchFormat(bytes !== undefined);
  if (format === 'bin') return answer('application/octet-stream', await bytes());
  return answer('text/plain', `${hex?.() ?? toHex(await bytes())}\n`);
}

function answer(type: string, body: string | Uint8Array): HttpResponse {
  return { status: OK, headers: { 'Content-Type': type }, body };
}

function noSuchFormat(hasBytes: boolean): RestError {
  const formats: readonly RestFormat[] = ['bin', 'hex', 'json'];
  const list = hasBytes ? formats.map((format) => `.${format}`).join(', ') : 'json';
  return notFound(`output format not found (available: ${list})`);
}
