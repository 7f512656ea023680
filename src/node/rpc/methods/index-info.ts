import type { Json, JsonObject } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import type { IndexName } from '../../index/indexes.ts';
import { stringFrom } from '../arguments.ts';
import { indexState } from '../index-state.ts';
import type { RpcContext } from '../rpc-context.ts';

/** What Bitcoin Core calls the indexes that it has too, in its order; then those that it has not. */
const NAMES: readonly (readonly [IndexName, string])[] = [
  ['transactions', 'txindex'],
  ['coins', 'coinstatsindex'],
  ['filters', 'basic block filter index'],
  ['addresses', 'addressindex'],
  ['statistics', 'blockstatsindex'],
];

/** `getindexinfo` */
export async function getIndexInfo(
  [only]: readonly (JsonValue | undefined)[],
  { node }: RpcContext,
): Promise<Json> {
  const wanted = only === undefined ? '' : stringFrom(only);
  const answer: Record<string, JsonObject> = {};
  for (const [index, name] of NAMES) {
    if (wanted !== '' && wanted !== name) continue;
    const state = await indexState(node, index);
    if (state === undefined) continue;
    answer[name] = { synced: state.isInStep, best_block_height: state.height };
  }
  return answer;
}
