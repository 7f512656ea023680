/** Arguments that several methods of wallets take, with Bitcoin Core's words where they do not fit. */
import { stringFrom } from '../../node/rpc/arguments.ts';
import { RPC, RpcError } from '../../node/rpc/rpc-error.ts';
import type { JsonValue } from '../../protocol/report/json-value.ts';
import type { OutputType } from '../../protocol/script/descriptor/output-type.ts';

export const OUTPUT_TYPES: readonly OutputType[] = ['legacy', 'p2sh-segwit', 'bech32', 'bech32m'];

/** What stands for all labels elsewhere is none. */
const ALL_LABELS = '*';

/** A label; what was not given is the empty one. */
export function labelFrom(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  const label = stringFrom(value);
  if (label !== ALL_LABELS) return label;
  throw new RpcError(RPC.walletInvalidLabelName, 'Invalid label name');
}

/** A kind of addresses; undefined where it was not given. */
export function outputTypeFrom(value: JsonValue | undefined): OutputType | undefined {
  if (value === undefined || value === null) return undefined;
  const text = stringFrom(value);
  const type = OUTPUT_TYPES.find((known) => known === text);
  if (type !== undefined) return type;
  throw new RpcError(RPC.invalidAddressOrKey, `Unknown address type '${text}'`);
}
