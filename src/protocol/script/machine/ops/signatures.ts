/**
 * The opcodes that check signatures, for which all the others exist. Before Tapscript a signature is
 * ECDSA and may fail without failing the script; in Tapscript it is Schnorr, and either valid or
 * empty (BIP342), so that signatures can be verified in batches.
 */

import {
  CONST_SCRIPTCODE,
  DISCOURAGE_UPGRADABLE_PUBKEYTYPE,
  MINIMALDATA,
  NULLFAIL,
} from '../../flags.ts';
import { WEIGHT_PER_SIGNATURE } from '../../limits.ts';
import { opcodes } from '../../opcodes.ts';
import { ScriptError } from '../../script-error.ts';
import { decodeScriptNumber, encodeScriptNumber } from '../../script-number.ts';
import { findAndDelete } from '../find-and-delete.ts';
import {
  type Machine,
  type OperationTable,
  pop,
  pushBoolean,
  requireDepth,
  signedScript,
  type TapscriptState,
} from '../machine.ts';
import { checkPublicKeyEncoding, checkSignatureEncoding } from '../signature-encoding.ts';

/** (signature key -- whether it is valid) */
function opCheckSig(machine: Machine): void {
  pushBoolean(machine, takeAndCheck(machine));
}

/** (signature key -- ) */
function opCheckSigVerify(machine: Machine): void {
  if (!takeAndCheck(machine)) throw new ScriptError('CHECKSIGVERIFY');
}

/** (signature n key -- n, or n + 1 if it is valid): multisig in Tapscript */
function opCheckSigAdd(machine: Machine): void {
  const { tapscript } = machine;
  if (tapscript === undefined) throw new ScriptError('BAD_OPCODE');
  requireDepth(machine, 3);
  const key = pop(machine);
  const count = decodeScriptNumber(pop(machine), (machine.flags & MINIMALDATA) !== 0);
  const valid = checkTapscriptSignature(machine, tapscript, pop(machine), key);
  machine.stack.push(encodeScriptNumber(count + (valid ? 1 : 0)));
}

function takeAndCheck(machine: Machine): boolean {
  requireDepth(machine, 2);
  const key = pop(machine);
  const signature = pop(machine);
  const { tapscript } = machine;
  if (tapscript !== undefined) return checkTapscriptSignature(machine, tapscript, signature, key);

  const script = withoutSignature(machine, signedScript(machine), signature);
  const valid = checkEcdsaSignature(machine, signature, key, script);
  if (!valid && signature.length > 0 && (machine.flags & NULLFAIL) !== 0) {
    throw new ScriptError('NULLFAIL');
  }
  return valid;
}

/** Before SegWit, a signature is cut out of the script that it signs. */
export function withoutSignature(
  { version, flags }: Machine,
  script: Uint8Array,
  signature: Uint8Array,
): Uint8Array {
  if (version !== 'legacy') return script;
  const rest = findAndDelete(script, signature);
  if (rest !== script && (flags & CONST_SCRIPTCODE) !== 0) {
    throw new ScriptError('SIG_FINDANDDELETE');
  }
  return rest;
}

/** Checks a signature of a script before Tapscript, its form first. */
export function checkEcdsaSignature(
  { version, flags, checker }: Machine,
  signature: Uint8Array,
  key: Uint8Array,
  script: Uint8Array,
): boolean {
  checkSignatureEncoding(signature, flags);
  checkPublicKeyEncoding(key, flags, version);
  return checker.checkEcdsa(signature, key, script, version === 'legacy' ? 'legacy' : 'segwit-v0');
}

function checkTapscriptSignature(
  machine: Machine,
  tapscript: TapscriptState,
  signature: Uint8Array,
  key: Uint8Array,
): boolean {
  const given = signature.length > 0;
  if (given) {
    tapscript.weightLeft -= WEIGHT_PER_SIGNATURE;
    if (tapscript.weightLeft < 0) throw new ScriptError('TAPSCRIPT_VALIDATION_WEIGHT');
  }
  if (key.length === 0) throw new ScriptError('PUBKEYTYPE');
  if (key.length === 32) {
    if (given) machine.checker.checkSchnorr(signature, key, tapscript);
  } else if ((machine.flags & DISCOURAGE_UPGRADABLE_PUBKEYTYPE) !== 0) {
    // Any other length stands for a kind of key that there is not yet, and is taken as valid.
    throw new ScriptError('DISCOURAGE_UPGRADABLE_PUBKEYTYPE');
  }
  return given;
}

/** ( -- ): signatures sign only what follows. Tapscript remembers which instruction it was. */
function opCodeSeparator(machine: Machine): void {
  machine.codeStart = machine.next;
  machine.signedScript = undefined;
  if (machine.tapscript !== undefined) machine.tapscript.codeSeparator = machine.instruction;
}

export const signatureOperations: OperationTable = {
  [opcodes.OP_CODESEPARATOR]: opCodeSeparator,
  [opcodes.OP_CHECKSIG]: opCheckSig,
  [opcodes.OP_CHECKSIGVERIFY]: opCheckSigVerify,
  [opcodes.OP_CHECKSIGADD]: opCheckSigAdd,
};
