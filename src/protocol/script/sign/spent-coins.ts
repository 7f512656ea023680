import { curve } from '#curve';
import type { Transaction, TxOut } from '../../primitives/transaction.ts';
import { STANDARD_SCRIPT_FLAGS } from '../flags.ts';
import { InputChecker, type SignatureVerifier } from '../machine/input-checker.ts';
import { verifyScript } from '../machine/verify-script.ts';
import { ScriptError, type ScriptErrorCode } from '../script-error.ts';
import { Spend } from '../signature-hash/spend.ts';
import { solveScript } from '../templates.ts';

/** A transaction that is being signed, with what it spends as far as that is known. */
export interface SpentCoins {
  readonly spend: Spend;
  /** Taproot signs all of them; what came before gets along without those of other inputs. */
  readonly complete: boolean;
}

const UNKNOWN: TxOut = { value: 0n, scriptPubKey: new Uint8Array(0) };

/**
 * Pairs a transaction with the outputs that it spends, one an input, of which some may be unknown.
 *
 * @example
 * spentCoins(tx, [coin.output, undefined]).complete // false
 */
export function spentCoins(tx: Transaction, outputs: readonly (TxOut | undefined)[]): SpentCoins {
  const known = tx.inputs.map((_, i) => outputs[i] ?? UNKNOWN);
  return {
    spend: new Spend(tx, known),
    complete: tx.inputs.every((_, i) => outputs[i] !== undefined),
  };
}

/**
 * Finds no signature of Taproot good. In some places Core looks at an input by itself, before it has
 * hashed what the others spend: whoever has the key then signs such an input anew, and a combiner
 * forgets its signature.
 */
export const WITHOUT_TAPROOT: SignatureVerifier = {
  verifyEcdsa: (hash, signature, publicKey) => curve.verifyEcdsa(hash, signature, publicKey),
  verifySchnorr: () => false,
};

/** An input as somebody would have it. */
export interface InputScripts {
  readonly scriptSig: Uint8Array;
  readonly witness: readonly Uint8Array[];
}

/**
 * What is wrong with an input under the rules of relaying; undefined if it may spend its output. A
 * signature of Taproot can only be checked if all spent outputs are known.
 */
export function inputFailure(
  { spend, complete }: SpentCoins,
  inputIndex: number,
  { scriptSig, witness }: InputScripts,
  output: TxOut,
  verifier: SignatureVerifier,
): ScriptErrorCode | undefined {
  const isTaproot = solveScript(output.scriptPubKey).kind === 'witness_v1_taproot';
  if (isTaproot && !complete && witness.length > 0) return 'SCHNORR_SIG_HASHTYPE';
  try {
    const checker = new InputChecker(spend, inputIndex, verifier);
    verifyScript(scriptSig, output.scriptPubKey, witness, STANDARD_SCRIPT_FLAGS, checker);
    return undefined;
  } catch (error) {
    if (error instanceof ScriptError) return error.code;
    throw error;
  }
}
