/**
 * Whether an input may spend an output: the input's script is run, then the output's on the stack it
 * left. What came later is fitted in by patterns: an output that names a script by its hash (BIP16),
 * or a witness program, which is spent by the witness alone (BIP141).
 */
import { equalBytes } from '../../bytes/compare.ts';
import { pushBytes } from '../build-script.ts';
import { CLEANSTACK, P2SH, SIGPUSHONLY, WITNESS, withImpliedFlags } from '../flags.ts';
import { isPushOnly } from '../parse-script.ts';
import { ScriptError } from '../script-error.ts';
import { isTruthy } from '../script-number.ts';
import { isPayToScriptHash, witnessProgramOf } from '../templates.ts';
import type { InputChecker } from './input-checker.ts';
import { evaluateScript } from './interpreter.ts';
import { verifyWitnessProgram } from './verify-witness.ts';

/**
 * Runs the scripts of an input. Throws a {@link ScriptError} unless they allow the spend under the
 * rules that the flags ask for.
 */
export function verifyScript(
  scriptSig: Uint8Array,
  scriptPubKey: Uint8Array,
  witness: readonly Uint8Array[],
  givenFlags: number,
  checker: InputChecker,
): void {
  const flags = withImpliedFlags(givenFlags);
  if ((flags & SIGPUSHONLY) !== 0 && !isPushOnly(scriptSig)) throw new ScriptError('SIG_PUSHONLY');

  // Two scripts and not one joined from both, which once let anybody spend: the first could end
  // in a push that swallowed the second (CVE-2010-5141).
  let stack: Uint8Array[] = [];
  evaluateScript(stack, scriptSig, flags, 'legacy', checker);
  const isScriptHash = (flags & P2SH) !== 0 && isPayToScriptHash(scriptPubKey);
  const afterScriptSig = isScriptHash ? stack.slice() : stack;
  evaluateScript(stack, scriptPubKey, flags, 'legacy', checker);
  requireTrue(stack);

  let program = scriptPubKey;
  if (isScriptHash) {
    if (!isPushOnly(scriptSig)) throw new ScriptError('SIG_PUSHONLY');
    stack = afterScriptSig;
    // There is one, or hashing it would have failed.
    program = stack.pop() as Uint8Array;
    evaluateScript(stack, program, flags, 'legacy', checker);
    requireTrue(stack);
  }
  const isProgram =
    (flags & WITNESS) !== 0 &&
    verifyProgram(scriptSig, program, witness, flags, checker, isScriptHash);
  // A witness program leaves its own parts on the stack, which have been dealt with.
  if ((flags & CLEANSTACK) !== 0 && !isProgram && stack.length !== 1) {
    throw new ScriptError('CLEANSTACK');
  }
  // A witness that nothing looks at could be changed by anyone.
  if ((flags & WITNESS) !== 0 && !isProgram && witness.length > 0) {
    throw new ScriptError('WITNESS_UNEXPECTED');
  }
}

/** Verifies a witness program; answers false if the script is none. */
function verifyProgram(
  scriptSig: Uint8Array,
  script: Uint8Array,
  witness: readonly Uint8Array[],
  flags: number,
  checker: InputChecker,
  inScriptHash: boolean,
): boolean {
  const program = witnessProgramOf(script);
  if (program === undefined) return false;
  if (!inScriptHash && scriptSig.length > 0) throw new ScriptError('WITNESS_MALLEATED');
  if (inScriptHash && !equalBytes(scriptSig, pushBytes(script))) {
    throw new ScriptError('WITNESS_MALLEATED_P2SH');
  }
  verifyWitnessProgram(program, witness, flags, checker, inScriptHash);
  return true;
}

function requireTrue(stack: readonly Uint8Array[]): void {
  const top = stack[stack.length - 1];
  if (top === undefined || !isTruthy(top)) throw new ScriptError('EVAL_FALSE');
}
