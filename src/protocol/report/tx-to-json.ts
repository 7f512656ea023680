import { toHex, toReversedHex } from '../bytes/hex.ts';
import {
  encodeTx,
  isCoinbase,
  type Transaction,
  type TxIn,
  txSize,
  txWeight,
} from '../primitives/transaction.ts';
import { txid, wtxid } from '../primitives/transaction-id.ts';
import type { AddressPrefixes } from '../script/address.ts';
import { amountNumber, type JsonObject } from './json-text.ts';
import { scriptSigToJson, scriptToJson } from './script-to-json.ts';

export interface TxToJsonOptions {
  /** Whether to add the bytes of the transaction, as `getblock` and `getrawtransaction` do. */
  readonly hex?: boolean;
}

/**
 * A transaction as `decoderawtransaction` shows it.
 *
 * @example
 * txToJson(decodeTx(bytes), main.addressPrefixes).txid
 */
export function txToJson(
  tx: Transaction,
  prefixes: AddressPrefixes,
  options: TxToJsonOptions = {},
): JsonObject {
  const weight = txWeight(tx);
  const coinbase = isCoinbase(tx);
  return {
    txid: toReversedHex(txid(tx)),
    hash: toReversedHex(wtxid(tx)),
    version: tx.version,
    size: txSize(tx),
    vsize: Math.ceil(weight / 4),
    weight,
    locktime: tx.lockTime,
    vin: tx.inputs.map((input) => inputToJson(input, coinbase)),
    vout: tx.outputs.map(({ value, scriptPubKey }, n) => ({
      value: amountNumber(value),
      n,
      scriptPubKey: scriptToJson(scriptPubKey, prefixes),
    })),
    hex: options.hex ? toHex(encodeTx(tx)) : undefined,
  };
}

function inputToJson(
  { prevout, scriptSig, sequence, witness }: TxIn,
  coinbase: boolean,
): JsonObject {
  return {
    ...(coinbase
      ? { coinbase: toHex(scriptSig) }
      : {
          txid: toReversedHex(prevout.txid),
          vout: prevout.vout,
          scriptSig: scriptSigToJson(scriptSig),
        }),
    txinwitness: witness.length > 0 ? witness.map(toHex) : undefined,
    sequence,
  };
}
