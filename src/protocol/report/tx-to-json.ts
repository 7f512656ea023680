import { toHex, toReversedHex } from '../bytes/hex.ts';
import { type Coin, valueOut } from '../consensus/coin.ts';
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
  /** The coins that it spends, in the order of its inputs: then its fee is told. */
  readonly spent?: readonly Coin[] | undefined;
  /** Whether to show these coins, each with the input that spends it. */
  readonly prevouts?: boolean;
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
  const { spent } = options;
  const prevoutOf = (index: number): JsonObject | undefined => {
    const coin = options.prevouts === true ? spent?.[index] : undefined;
    return coin && coinToJson(coin, prefixes);
  };
  return {
    txid: toReversedHex(txid(tx)),
    hash: toReversedHex(wtxid(tx)),
    version: tx.version,
    size: txSize(tx),
    vsize: Math.ceil(weight / 4),
    weight,
    locktime: tx.lockTime,
    vin: tx.inputs.map((input, index) => inputToJson(input, coinbase, prevoutOf(index))),
    vout: tx.outputs.map(({ value, scriptPubKey }, n) => ({
      value: amountNumber(value),
      n,
      scriptPubKey: scriptToJson(scriptPubKey, prefixes),
    })),
    fee: spent === undefined || coinbase ? undefined : amountNumber(feeOf(tx, spent)),
    hex: options.hex ? toHex(encodeTx(tx)) : undefined,
  };
}

function inputToJson(
  { prevout, scriptSig, sequence, witness }: TxIn,
  coinbase: boolean,
  spent: JsonObject | undefined,
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
    prevout: spent,
    sequence,
  };
}

function coinToJson(coin: Coin, prefixes: AddressPrefixes): JsonObject {
  const { output } = coin;
  return {
    generated: coin.isCoinbase,
    height: coin.height,
    value: amountNumber(output.value),
    scriptPubKey: scriptToJson(output.scriptPubKey, prefixes),
  };
}

function feeOf(tx: Transaction, spent: readonly Coin[]): bigint {
  return spent.reduce((sum, { output }) => sum + output.value, 0n) - valueOut(tx);
}
