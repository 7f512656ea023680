import {
  isCoinbase,
  type Transaction,
  type TxOut,
} from '../../../protocol/primitives/transaction.ts';
import { countSigops } from '../../../protocol/script/sigops.ts';
import { solveScript } from '../../../protocol/script/templates.ts';
import { MAX_P2SH_SIGOPS } from './limits.ts';
import { PolicyError } from './policy-error.ts';
import { redeemScriptOf } from './redeem-script.ts';

/**
 * Whether what a transaction spends is of a form that is relayed, and behind a hash no script that
 * is made to be slow: Bitcoin Core's `AreInputsStandard`.
 *
 * @param spentOutputs What each input spends, in their order.
 *
 * @example
 * checkInputsStandard(tx, coins.map((coin) => coin.output))
 *
 * @throws {@link PolicyError} `bad-txns-nonstandard-inputs`.
 */
export function checkInputsStandard(tx: Transaction, spentOutputs: readonly TxOut[]): void {
  if (isCoinbase(tx)) return;
  for (let i = 0; i < tx.inputs.length; i++) {
    const { scriptSig } = tx.inputs[i] as Transaction['inputs'][number];
    const { scriptPubKey } = spentOutputs[i] as TxOut;
    if (!isStandardSpend(scriptSig, scriptPubKey)) {
      throw new PolicyError('bad-txns-nonstandard-inputs', 'inputs-not-standard');
    }
  }
}

function isStandardSpend(scriptSig: Uint8Array, scriptPubKey: Uint8Array): boolean {
  const { kind } = solveScript(scriptPubKey);
  // A program of a version that is yet to come: today anybody could take it, tomorrow it is a theft.
  if (kind === 'nonstandard' || kind === 'witness_unknown') return false;
  if (kind !== 'scripthash') return true;
  const redeemScript = redeemScriptOf(scriptSig);
  return redeemScript !== undefined && countSigops(redeemScript, true) <= MAX_P2SH_SIGOPS;
}
