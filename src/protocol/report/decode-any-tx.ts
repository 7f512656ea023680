import { DecodeError } from '../bytes/decode-error.ts';
import {
  decodeTx,
  isCoinbase,
  type Transaction,
  type WitnessEncoding,
} from '../primitives/transaction.ts';
import { MAX_SCRIPT_SIZE } from '../script/limits.ts';
import { hasValidOps } from './script-soundness.ts';

/**
 * Reads a transaction of which it is not known whether it has inputs yet, as Bitcoin Core's RPC does.
 *
 * The bytes of a transaction without inputs can be read as the beginning of one with witnesses, and
 * the other way round. Where both readings work, the one whose scripts make sense is meant; where
 * that does not tell either, the one with witnesses.
 *
 * @example
 * decodeAnyTx(fromHex('0200000000010000000000000000066a047465737400000000')).inputs // []
 */
export function decodeAnyTx(bytes: Uint8Array): Transaction {
  const extended = tryDecode(bytes, 'either');
  if (!(extended instanceof DecodeError) && hasSaneScripts(extended)) return extended;
  const legacy = tryDecode(bytes, 'without');
  if (!(legacy instanceof DecodeError) && hasSaneScripts(legacy)) return legacy;
  if (!(extended instanceof DecodeError)) return extended;
  if (!(legacy instanceof DecodeError)) return legacy;
  throw extended;
}

function tryDecode(bytes: Uint8Array, encoding: WitnessEncoding): Transaction | DecodeError {
  try {
    return decodeTx(bytes, encoding);
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
}

/** What a coinbase has for an input script is no script, and may be anything. */
function hasSaneScripts(tx: Transaction): boolean {
  return (
    (isCoinbase(tx) || tx.inputs.every(({ scriptSig }) => isSane(scriptSig))) &&
    tx.outputs.every(({ scriptPubKey }) => isSane(scriptPubKey))
  );
}

function isSane(script: Uint8Array): boolean {
  return script.length <= MAX_SCRIPT_SIZE && hasValidOps(script);
}
