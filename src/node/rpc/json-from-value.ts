import { type Json, type JsonObject, writtenNumber } from '../../protocol/report/json-text.ts';
import { RpcNumber, type RpcValue } from './rpc-value.ts';

/** What somebody sent, to be sent back: an id, the arguments of `echo`. Numbers keep their digits. */
export function jsonFromValue(value: RpcValue): Json {
  if (value instanceof RpcNumber) return writtenNumber(value.text);
  if (value instanceof Map) return objectFromMap(value);
  if (Array.isArray(value)) return value.map(jsonFromValue);
  return value as string | boolean | null;
}

function objectFromMap(object: ReadonlyMap<string, RpcValue>): JsonObject {
  return Object.fromEntries([...object].map(([name, value]) => [name, jsonFromValue(value)]));
}
