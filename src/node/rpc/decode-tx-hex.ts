/** Transactions in hexadecimal digits, as requests bring them. */
import { DecodeError } from '../../protocol/bytes/decode-error.ts';
import { decodeTx, type Transaction } from '../../protocol/primitives/transaction.ts';
import { decodeAnyTx } from '../../protocol/report/decode-any-tx.ts';
import type { JsonValue } from '../../protocol/report/json-value.ts';
import { booleanFrom, bytesFromHex, stringFrom } from './arguments.ts';
import { RPC, RpcError } from './rpc-error.ts';

/**
 * Which of two readings is meant where a transaction may have no inputs yet: with witnesses, without, or
 * whichever makes sense.
 */
export type TxReading = 'with-witness' | 'without-witness' | 'either';

/** What an argument `iswitness` asks for. */
export function readingFrom(isWitness: JsonValue | undefined): TxReading {
  if (isWitness === undefined) return 'either';
  return booleanFrom(isWitness) ? 'with-witness' : 'without-witness';
}

export const NEEDS_INPUT = 'TX decode failed. Make sure the tx has at least one input.';

/**
 * A transaction from its digits.
 *
 * @example
 * txFromHex(args[0], 'either', 'TX decode failed').inputs
 * @throws RpcError -22 with this message
 */
export function txFromHex(
  value: JsonValue | undefined,
  reading: TxReading,
  message: string,
): Transaction {
  const bytes = bytesFromHex(stringFrom(value));
  try {
    if (bytes !== undefined && bytes.length > 0) return decode(bytes, reading);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  throw new RpcError(RPC.deserialization, message);
}

function decode(bytes: Uint8Array, reading: TxReading): Transaction {
  if (reading === 'either') return decodeAnyTx(bytes);
  return decodeTx(bytes, reading === 'with-witness' ? 'either' : 'without');
}
