import { curve } from '#curve';
import type { Transaction, TxOut } from '../primitives/transaction.ts';
import { InputChecker, type SignatureVerifier } from './machine/input-checker.ts';
import { verifyScript } from './machine/verify-script.ts';
import { type Spend, spendOf } from './signature-hash/spend.ts';

/**
 * Checks that a transaction may spend the output that one of its inputs names: runs the scripts, and
 * throws a `ScriptError` whose `code` says why not. `spentOutputs` are the outputs that all of
 * its inputs spend, in their order, because Taproot signatures commit to all of them.
 *
 * @example
 * verifyInput(tx, 0, [coin], scriptFlags('P2SH', 'WITNESS', 'TAPROOT'))
 */
export function verifyInput(
  tx: Transaction,
  inputIndex: number,
  spentOutputs: readonly TxOut[],
  flags: number,
  verifier: SignatureVerifier = curve,
): void {
  verifySpend(spendOf(tx, spentOutputs), inputIndex, flags, verifier);
}

/** The same for whoever has paired a transaction with its spent outputs already, once for all inputs. */
export function verifySpend(
  spend: Spend,
  inputIndex: number,
  flags: number,
  verifier: SignatureVerifier = curve,
): void {
  spend.requireAllSpentOutputs();
  const checker = new InputChecker(spend, inputIndex, verifier);
  const { scriptPubKey } = spend.spentOutputAt(inputIndex);
  const { scriptSig, witness } = checker.input;
  verifyScript(scriptSig, scriptPubKey, witness, flags, checker);
}
