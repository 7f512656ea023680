/** Signatures from transactions that are signed in part, from a time before there were PSBTs. */

import { curve } from '#curve';
import { ByteMap } from '../../bytes/byte-map.ts';
import { hash160 } from '../../crypto/hash.ts';
import type { TxOut } from '../../primitives/transaction.ts';
import { STRICTENC } from '../flags.ts';
import { InputChecker } from '../machine/input-checker.ts';
import { evaluateScript } from '../machine/interpreter.ts';
import { ScriptError } from '../script-error.ts';
import { solveScript } from '../templates.ts';
import { emptySignatureData, type KeySignature, type SignatureData } from './signature-data.ts';
import { inputFailure, type SpentCoins, WITHOUT_TAPROOT } from './spent-coins.ts';

/**
 * What an input of a transaction already has: all of it if it is signed, else the scripts and
 * signatures that can be told apart.
 *
 * @example
 * signaturesOf(spentCoins(tx, outputs), 0, outputs[0]).complete
 */
export function signaturesOf(coins: SpentCoins, inputIndex: number, output: TxOut): SignatureData {
  const data = emptySignatureData();
  const { scriptSig, witness } = coins.spend.inputAt(inputIndex);
  data.scriptSig = scriptSig;
  data.scriptWitness = witness;
  const checker = new InputChecker(coins.spend, inputIndex, curve);
  const scripts = { scriptSig, witness };
  if (inputFailure(coins, inputIndex, scripts, output, WITHOUT_TAPROOT) === undefined) {
    data.complete = true;
    return data;
  }
  let script = output.scriptPubKey;
  let form = solveScript(script);
  let version: 'legacy' | 'segwit-v0' = 'legacy';
  let stack = stackOf(scriptSig, checker);
  const redeemScript = stack.at(-1);
  if (form.kind === 'scripthash' && redeemScript !== undefined && redeemScript.length > 0) {
    data.redeemScript = redeemScript;
    script = redeemScript;
    form = solveScript(script);
    stack = stack.slice(0, -1);
  }
  const witnessScript = witness.at(-1);
  if (form.kind === 'witness_v0_scripthash' && witnessScript && witnessScript.length > 0) {
    data.witnessScript = witnessScript;
    script = witnessScript;
    form = solveScript(script);
    stack = witness.slice(0, -1);
    version = 'segwit-v0';
  }
  if (form.kind === 'multisig') {
    data.signatures = matchSignatures(stack, form.publicKeys, (signature, publicKey) =>
      checker.checkEcdsa(signature, publicKey, script, version),
    );
  }
  return data;
}

/**
 * Puts what another copy of the input has to what is known of this one. A complete one takes the place
 * of all that is not.
 */
export function mergeSignatureData(known: SignatureData, other: SignatureData): SignatureData {
  if (known.complete) return known;
  if (other.complete) return other;
  known.redeemScript ??= other.redeemScript;
  known.witnessScript ??= other.witnessScript;
  for (const [keyHash, signature] of other.signatures) {
    if (!known.signatures.has(keyHash)) known.signatures.set(keyHash, signature);
  }
  return known;
}

/** What the input's script leaves on the stack; where it fails, what was there by then. */
function stackOf(scriptSig: Uint8Array, checker: InputChecker): readonly Uint8Array[] {
  const stack: Uint8Array[] = [];
  try {
    evaluateScript(stack, scriptSig, STRICTENC, 'legacy', checker);
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
  }
  return stack;
}

/** Signatures stand in the order of their keys, and do not say whose they are. */
function matchSignatures(
  stack: readonly Uint8Array[],
  publicKeys: readonly Uint8Array[],
  verifies: (signature: Uint8Array, publicKey: Uint8Array) => boolean,
): ByteMap<KeySignature> {
  const found = new ByteMap<KeySignature>();
  let next = 0;
  for (const signature of stack) {
    for (let i = next; i < publicKeys.length; i++) {
      const publicKey = publicKeys[i] as Uint8Array;
      const keyHash = hash160(publicKey);
      const isTaken = found.has(keyHash);
      if (!isTaken && !verifies(signature, publicKey)) continue;
      if (!isTaken) found.set(keyHash, { publicKey, signature });
      next = i + 1;
      break;
    }
  }
  return found;
}
