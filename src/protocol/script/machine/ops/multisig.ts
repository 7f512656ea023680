/**
 * (x signature… m key… n -- whether every signature is valid for one of the keys, in their order)
 *
 * The x is taken off the stack without any use: the first version took one element too many, and
 * nobody can mend that any more.
 */
import { MINIMALDATA, NULLDUMMY, NULLFAIL } from '../../flags.ts';
import { MAX_OPS_PER_SCRIPT, MAX_PUBKEYS_PER_MULTISIG } from '../../limits.ts';
import { opcodes } from '../../opcodes.ts';
import { ScriptError } from '../../script-error.ts';
import { decodeScriptNumber } from '../../script-number.ts';
import {
  type Machine,
  type OperationTable,
  pop,
  pushBoolean,
  requireDepth,
  signedScript,
} from '../machine.ts';
import { checkEcdsaSignature, withoutSignature } from './signatures.ts';

function opCheckMultisig(machine: Machine): void {
  pushBoolean(machine, takeAndCheck(machine));
}

function opCheckMultisigVerify(machine: Machine): void {
  if (!takeAndCheck(machine)) throw new ScriptError('CHECKMULTISIGVERIFY');
}

function takeAndCheck(machine: Machine): boolean {
  if (machine.version === 'tapscript') throw new ScriptError('TAPSCRIPT_CHECKMULTISIG');
  const keys = takeKeys(machine);
  const signatures = takeSignatures(machine, keys.length);
  const valid = areInOrder(machine, signatures, keys);
  if (!valid && (machine.flags & NULLFAIL) !== 0 && signatures.some(({ length }) => length > 0)) {
    throw new ScriptError('NULLFAIL');
  }
  if (pop(machine).length > 0 && (machine.flags & NULLDUMMY) !== 0) {
    throw new ScriptError('SIG_NULLDUMMY');
  }
  return valid;
}

/** Takes n and n keys, the topmost first. Each counts as an operation. */
function takeKeys(machine: Machine): readonly Uint8Array[] {
  const count = takeCount(machine);
  if (count < 0 || count > MAX_PUBKEYS_PER_MULTISIG) throw new ScriptError('PUBKEY_COUNT');
  machine.opCount += count;
  if (machine.opCount > MAX_OPS_PER_SCRIPT) throw new ScriptError('OP_COUNT');
  return take(machine, count);
}

/** Takes m and m signatures, the topmost first, and makes sure that there is an x below them. */
function takeSignatures(machine: Machine, keyCount: number): readonly Uint8Array[] {
  const count = takeCount(machine);
  if (count < 0 || count > keyCount) throw new ScriptError('SIG_COUNT');
  requireDepth(machine, count + 1);
  return take(machine, count);
}

function takeCount(machine: Machine): number {
  requireDepth(machine, 1);
  return decodeScriptNumber(pop(machine), (machine.flags & MINIMALDATA) !== 0);
}

function take(machine: Machine, count: number): readonly Uint8Array[] {
  requireDepth(machine, count);
  const taken: Uint8Array[] = [];
  for (let i = 0; i < count; i++) taken.push(pop(machine));
  return taken;
}

/**
 * Tries each signature on one key after the other, and no key twice. Stops when fewer keys are left
 * than signatures, so the forms of those that are left are never looked at.
 */
function areInOrder(
  machine: Machine,
  signatures: readonly Uint8Array[],
  keys: readonly Uint8Array[],
): boolean {
  let script = signedScript(machine);
  for (const signature of signatures) script = withoutSignature(machine, script, signature);
  let at = 0;
  for (let key = 0; at < signatures.length; key++) {
    if (signatures.length - at > keys.length - key) return false;
    const signature = signatures[at] as Uint8Array;
    if (checkEcdsaSignature(machine, signature, keys[key] as Uint8Array, script)) at++;
  }
  return true;
}

export const multisigOperations: OperationTable = {
  [opcodes.OP_CHECKMULTISIG]: opCheckMultisig,
  [opcodes.OP_CHECKMULTISIGVERIFY]: opCheckMultisigVerify,
};
