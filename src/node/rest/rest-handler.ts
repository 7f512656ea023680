import { callMethod, type MethodTable } from '../rpc/method-table.ts';
import type { RpcContext } from '../rpc/rpc-context.ts';
import { RpcError } from '../rpc/rpc-error.ts';
import type { RestHandler } from '../rpc/rpc-server.ts';
import { blockEndpoints } from './block-endpoints.ts';
import { coinsEndpoint } from './coins-endpoint.ts';
import { filterEndpoints } from './filter-endpoints.ts';
import { errorAnswer } from './rest-answer.ts';
import type { RestEndpoint } from './rest-endpoint.ts';
import { RestError } from './rest-error.ts';
import { readQuestion } from './rest-request.ts';
import { stateEndpoints } from './state-endpoints.ts';
import { transactionEndpoint } from './transaction-endpoint.ts';

const UNAVAILABLE = 503;
const INTERNAL_ERROR = 500;

const ENDPOINTS: readonly RestEndpoint[] = [
  transactionEndpoint,
  ...blockEndpoints,
  ...filterEndpoints,
  ...stateEndpoints,
  coinsEndpoint,
];

/**
 * Answers at `/rest/` as Bitcoin Core 28 does with `-rest`. What it tells is what the methods tell.
 *
 * @example
 * const rest = restHandler(methodTable(allMethods));
 * new RpcServer({ http, clock, log, methods, rest, options: { ...options, rest: true } });
 */
export function restHandler(methods: MethodTable): RestHandler {
  return async ({ url, body }, state) => {
    const endpoint = ENDPOINTS.find(({ path }) => url.startsWith(path));
    if (endpoint === undefined) return undefined;
    try {
      const context = contextOf(state);
      const pause = () => context.clock.nextTurn();
      const question = readQuestion(url.slice(endpoint.path.length), { url, body, pause });
      return await endpoint.answer(question, {
        node: context.node,
        method: (method, ...params) => callMethod(methods, { method, params }, context),
      });
    } catch (error) {
      if (error instanceof RestError) return errorAnswer(error);
      // A block that was there a moment ago, and is pruned now.
      if (!(error instanceof RpcError)) throw error;
      return errorAnswer(new RestError(INTERNAL_ERROR, error.message));
    }
  };
}

function contextOf(state: RpcContext | string): RpcContext {
  if (typeof state !== 'string') return state;
  throw new RestError(UNAVAILABLE, `Service temporarily unavailable: ${state}`);
}
