/** What a call that signs answers: the transaction, and why it is not complete. */
import { toHex, toReversedHex } from '../../protocol/bytes/hex.ts';
import {
  encodeTx,
  type Transaction,
  type TxIn,
  type TxOut,
} from '../../protocol/primitives/transaction.ts';
import { amountText, type JsonObject } from '../../protocol/report/json-text.ts';
import type { InputError, SignedTransaction } from '../../protocol/script/sign/sign-transaction.ts';
import type { Node } from '../node.ts';
import { type OutputsByName, outPointName } from './prevouts-from.ts';
import { RPC, RpcError } from './rpc-error.ts';

/** What the chain and the mempool know of the outputs that a transaction spends. */
export async function outputsSpentBy(
  tx: Transaction,
  { mempool }: Pick<Node, 'mempool'>,
): Promise<OutputsByName> {
  const outputs: OutputsByName = new Map();
  for (const { prevout } of tx.inputs) {
    const coin = await mempool.coin(prevout);
    if (coin !== undefined) outputs.set(outPointName(prevout), coin.output);
  }
  return outputs;
}

/**
 * `spent` are the outputs that it spends, in the order of its inputs.
 *
 * @throws RpcError -3 where an amount is missing that has been signed
 */
export function signedTransactionToJson(
  { tx, errors }: SignedTransaction,
  spent: readonly (TxOut | undefined)[],
): JsonObject {
  const told = [...errors].map(([i, error]) => errorToJson(tx.inputs[i] as TxIn, error, spent[i]));
  return {
    hex: toHex(encodeTx(tx)),
    complete: told.length === 0,
    errors: told.length === 0 ? undefined : told,
  };
}

function errorToJson(input: TxIn, error: InputError, output: TxOut | undefined): JsonObject {
  const { prevout, scriptSig, sequence, witness } = input;
  return {
    txid: toReversedHex(prevout.txid),
    vout: prevout.vout,
    witness: witness.map(toHex),
    scriptSig: toHex(scriptSig),
    sequence,
    error: errorText(error, output),
  };
}

function errorText(error: InputError, output: TxOut | undefined): string {
  switch (error.kind) {
    case 'unknown-coin':
      return 'Input not found or already spent';
    case 'script':
      return error.message;
    case 'unknown-amount':
      // Not one error among others: the whole call fails.
      throw new RpcError(RPC.type, `Missing amount for ${output && outputText(output)}`);
  }
}

/** As Core's `CTxOut::ToString` has it. */
function outputText({ value, scriptPubKey }: TxOut): string {
  const script = toHex(scriptPubKey).slice(0, 30);
  return `CTxOut(nValue=${amountText(value)}, scriptPubKey=${script})`;
}
