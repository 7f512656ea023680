import { type NodeCore, scriptOf } from './node-core.ts';
import { jsonValue, plainValue } from './plain-json.ts';

const COIN = 1e8;

/**
 * The satoshis at an address, in confirmed coins.
 *
 * @throws NodeError `bad-address`
 */
export async function balanceOf(address: string, core: NodeCore): Promise<bigint> {
  scriptOf(address, core);
  const params = ['start', [`addr(${address})`]].map(jsonValue);
  const answer = await core.service.call({ method: 'scantxoutset', params });
  const { total_amount: coins } = plainValue(answer) as { readonly total_amount: number };
  // Fewer satoshis than 2^53: exact to the last one.
  return BigInt(Math.round(coins * COIN));
}
