/** Arguments that several methods take which tell what a wallet has. */
import { booleanFrom } from '../../node/rpc/arguments.ts';
import { RPC, RpcError } from '../../node/rpc/rpc-error.ts';
import type { RpcParameter } from '../../node/rpc/rpc-method.ts';
import type { JsonValue } from '../../protocol/report/json-value.ts';
import type { Wallet } from '../wallet.ts';

/**
 * In wallets of descriptors it makes no difference: all that they hold is theirs. It is read for those
 * who used to give it.
 */
export function includeWatchOnlyParameter(about: string): RpcParameter {
  return { name: 'include_watchonly', type: 'boolean', optional: true, about };
}

export const minConfParameter: RpcParameter = {
  name: 'minconf',
  type: 'number',
  optional: true,
  about: 'How many confirmations a payment must have to be counted; 1 by default.',
};

export const includeImmatureParameter: RpcParameter = {
  name: 'include_immature_coinbase',
  type: 'boolean',
  optional: true,
  about: 'Also what was mined and cannot be spent yet; false by default.',
};

/** A boolean that may be left out. */
export function flagFrom(value: JsonValue | undefined, byDefault = false): boolean {
  return value === undefined || value === null ? byDefault : booleanFrom(value);
}

/**
 * Whether addresses are to be left alone that were paid from.
 *
 * @throws RpcError -4 if that is wanted of a wallet that does not know of it
 */
export function avoidReuseFrom(
  value: JsonValue | undefined,
  { state }: Pick<Wallet, 'state'>,
): boolean {
  const { avoidsReuse } = state.format;
  const isWanted = flagFrom(value, avoidsReuse);
  if (!isWanted || avoidsReuse) return isWanted;
  throw new RpcError(RPC.wallet, 'wallet does not have the "avoid reuse" feature enabled');
}
