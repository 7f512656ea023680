import { CodedError } from '../../protocol/bytes/coded-error.ts';
import type { Json } from '../../protocol/report/json-text.ts';
import type { JsonValue } from '../../protocol/report/json-value.ts';
import { matchArguments } from './match-arguments.ts';
import type { RpcContext } from './rpc-context.ts';
import { RPC, RpcError } from './rpc-error.ts';
import type { RpcMethod } from './rpc-method.ts';

/** Methods by their names. Some may have to be loaded first. */
export interface MethodTable {
  get(name: string): Found | Promise<Found>;
}

type Found = RpcMethod | undefined;

/** @throws RangeError if two have the same name */
export function methodTable(methods: readonly RpcMethod[]): ReadonlyMap<string, RpcMethod> {
  const table = new Map<string, RpcMethod>();
  for (const method of methods) {
    if (table.has(method.name)) throw new RangeError(`two methods are called ${method.name}`);
    table.set(method.name, method);
  }
  return table;
}

/**
 * Calls a method. Whatever goes wrong is an {@link RpcError}.
 *
 * @example
 * await callMethod(table, { method: 'getblockhash', params: [new JsonNumber('0')] }, context)
 */
export async function callMethod(
  table: MethodTable,
  { method: name, params }: { readonly method: string; readonly params: JsonValue },
  context: RpcContext,
): Promise<Json> {
  const method = await table.get(name);
  if (method === undefined) throw new RpcError(RPC.methodNotFound, 'Method not found');
  const args = matchArguments(method, params);
  try {
    return await method.run(args, context);
  } catch (error) {
    throw asRpcError(error, name, context);
  }
}

/** A bug in one method is no reason for the node to end: it is told to the client and the log. */
function asRpcError(error: unknown, method: string, { log }: RpcContext): RpcError {
  if (error instanceof RpcError) return error;
  const words = error instanceof Error ? error.message : String(error);
  if (!(error instanceof CodedError)) {
    const trace = error instanceof Error ? (error.stack ?? words) : words;
    log('error', 'rpc', `${method} failed: ${trace}`);
  }
  return new RpcError(RPC.misc, words);
}
