/** What came back: JSON-RPC 1.0, where every answer has a result and an error, and 2.0, where it has one. */
import type { Endpoint } from '../outside/network/endpoint.ts';
import { JsonNumber, type JsonValue } from '../protocol/report/json-value.ts';
import { JsonError, readJson } from '../protocol/report/read-json.ts';
import { RpcCallError } from './rpc-call-error.ts';
import { RpcConnectError } from './rpc-connect-error.ts';

/** What came of one call of a batch. */
export type BatchAnswer =
  | { readonly kind: 'result'; readonly result: JsonValue }
  | { readonly kind: 'error'; readonly error: RpcCallError };

/**
 * The result of a call.
 *
 * @throws RpcCallError if it is an error
 * @throws RpcConnectError if it is no answer
 */
export function readReply(text: string, method: string, endpoint: Endpoint): JsonValue {
  const answer = answerOf(readText(text, endpoint), method, endpoint);
  if (answer.kind === 'error') throw answer.error;
  return answer.result;
}

/** The answers to a batch, in the order of its calls. */
export function readBatch(
  text: string,
  calls: readonly { readonly method: string }[],
  endpoint: Endpoint,
): readonly BatchAnswer[] {
  const value = readText(text, endpoint);
  // A batch that could not be read has one answer for all of it.
  if (!Array.isArray(value)) {
    const answer = answerOf(value, undefined, endpoint);
    throw answer.kind === 'error' ? answer.error : notUnderstood(endpoint);
  }
  const byId = new Map<string, JsonValue>();
  for (const reply of value as readonly JsonValue[]) byId.set(idOf(reply), reply);
  return calls.map(({ method }, id) => answerOf(byId.get(String(id)) ?? null, method, endpoint));
}

function readText(text: string, endpoint: Endpoint): JsonValue {
  try {
    return readJson(text);
  } catch (error) {
    if (error instanceof JsonError) throw notUnderstood(endpoint);
    throw error;
  }
}

function answerOf(reply: JsonValue, method: string | undefined, endpoint: Endpoint): BatchAnswer {
  if (!isObject(reply)) throw notUnderstood(endpoint);
  const error = reply.get('error') ?? null;
  if (error !== null) return { kind: 'error', error: errorOf(error, method, endpoint) };
  const result = reply.get('result');
  if (result === undefined) throw notUnderstood(endpoint);
  return { kind: 'result', result };
}

function errorOf(error: JsonValue, method: string | undefined, endpoint: Endpoint): RpcCallError {
  const code = isObject(error) ? error.get('code') : undefined;
  const message = isObject(error) ? error.get('message') : undefined;
  if (!(code instanceof JsonNumber)) throw notUnderstood(endpoint);
  return new RpcCallError(Number(code.text), typeof message === 'string' ? message : '', method);
}

function idOf(reply: JsonValue): string {
  const id = isObject(reply) ? reply.get('id') : undefined;
  return id instanceof JsonNumber ? id.text : '';
}

function isObject(value: JsonValue): value is ReadonlyMap<string, JsonValue> {
  return value instanceof Map;
}

function notUnderstood(endpoint: Endpoint): RpcConnectError {
  return new RpcConnectError('bad-answer', 'the answer is not one of JSON-RPC', { endpoint });
}
