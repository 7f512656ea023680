import { parsePsbt } from '../../protocol/psbt/decode-psbt.ts';
import type { Psbt } from '../../protocol/psbt/psbt.ts';
import { PsbtError } from '../../protocol/psbt/psbt-error.ts';
import type { JsonValue } from '../../protocol/report/json-value.ts';
import { stringFrom } from './arguments.ts';
import { RPC, RpcError } from './rpc-error.ts';

/**
 * A PSBT from its text.
 *
 * @example
 * psbtFrom(args[0]).tx
 * @throws RpcError -22 with what is wrong with it
 */
export function psbtFrom(value: JsonValue | undefined): Psbt {
  try {
    return parsePsbt(stringFrom(value));
  } catch (error) {
    if (!(error instanceof PsbtError)) throw error;
    throw new RpcError(RPC.deserialization, `TX decode failed ${error.message}`);
  }
}
