import { stringFrom } from '../../node/rpc/arguments.ts';
import { RPC, RpcError } from '../../node/rpc/rpc-error.ts';
import type { JsonValue } from '../../protocol/report/json-value.ts';
import { AddressError, scriptFromAddress } from '../../protocol/script/address.ts';
import type { Wallet } from '../wallet.ts';

/**
 * The script of an address of the wallet's chain.
 *
 * @throws RpcError -5, unless told otherwise, with the words that `refusal` has for what is wrong
 */
export function scriptFrom(
  value: JsonValue | undefined,
  { state }: Pick<Wallet, 'state'>,
  refusal: (error: AddressError, text: string) => string = () => 'Invalid Bitcoin address',
  number: number = RPC.invalidAddressOrKey,
): Uint8Array {
  const text = stringFrom(value);
  try {
    return scriptFromAddress(text, state.options.chain.addressPrefixes);
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    throw new RpcError(number, refusal(error, text));
  }
}
