import { curve } from '#curve';
import { isHex } from '../../protocol/bytes/hex.ts';
import type { JsonValue } from '../../protocol/report/json-value.ts';
import { bytesFromHex, stringFrom } from './arguments.ts';
import { RPC, RpcError } from './rpc-error.ts';

const COMPRESSED_LENGTH = 33;
const PLAIN_LENGTH = 65;

/**
 * A public key in hexadecimal digits.
 *
 * @example
 * publicKeyFrom(key) // 33 bytes, or 65
 * @throws RpcError -5
 */
export function publicKeyFrom(value: JsonValue): Uint8Array {
  const text = stringFrom(value);
  if (text === '' || !isHex(text)) throw badKey(text, 'must be a hex string');
  const bytes = bytesFromHex(text) as Uint8Array;
  if (bytes.length !== COMPRESSED_LENGTH && bytes.length !== PLAIN_LENGTH) {
    throw badKey(text, 'must have a length of either 33 or 65 bytes');
  }
  if (!curve.isPublicKey(bytes)) throw badKey(text, 'must be cryptographically valid.');
  return bytes;
}

function badKey(text: string, problem: string): RpcError {
  return new RpcError(RPC.invalidAddressOrKey, `Pubkey "${text}" ${problem}`);
}
