import type { JsonValue } from '../../protocol/report/json-value.ts';
import { hashTypeByName } from '../../protocol/script/asm.ts';
import { SIGHASH_DEFAULT } from '../../protocol/script/signature-hash/hash-type.ts';
import { stringFrom } from './arguments.ts';
import { RPC, RpcError } from './rpc-error.ts';

/**
 * A hash type by its name, the default one where none is given.
 *
 * @example
 * hashTypeFrom('ALL|ANYONECANPAY') // 0x81
 * @throws RpcError -8 for another name
 */
export function hashTypeFrom(value: JsonValue | undefined): number {
  if (value === undefined) return SIGHASH_DEFAULT;
  const name = stringFrom(value);
  const hashType = name === 'DEFAULT' ? SIGHASH_DEFAULT : hashTypeByName(name);
  if (hashType !== undefined) return hashType;
  throw new RpcError(RPC.invalidParameter, `'${name}' is not a valid sighash parameter.`);
}
