/** Requests as any client makes them. What no client would make is in `raw-exchange.ts`. */
import { type Agent, request } from 'node:http';
import { HOST, type Target } from './target.ts';

export interface Reply {
  readonly status: number;
  readonly text: string;
}

interface PostOptions {
  readonly agent?: Agent;
  readonly path?: string;
}

/** @throws if the connection ends before there is an answer */
export function post(
  { port, authorization }: Target,
  body: string | Uint8Array,
  { agent, path = '/' }: PostOptions = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = { authorization, 'content-length': Buffer.byteLength(body) };
    const options = { host: HOST, port, path, method: 'POST', headers };
    const sent = request({ ...options, ...(agent && { agent }) }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Calls a method, by JSON-RPC 2.0. */
export function call(
  target: Target,
  method: string,
  params: readonly unknown[] = [],
  options: PostOptions = {},
): Promise<Reply> {
  return post(target, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }), options);
}
