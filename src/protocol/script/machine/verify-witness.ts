/** Witness programs: version 0 (BIP141) and Taproot (BIP341). */
import { compactSizeLength } from '../../bytes/compact-size.ts';
import { equalBytes } from '../../bytes/compare.ts';
import { Writer } from '../../bytes/writer.ts';
import { sha256 } from '../../crypto/hash.ts';
import {
  DISCOURAGE_OP_SUCCESS,
  DISCOURAGE_UPGRADABLE_TAPROOT_VERSION,
  DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM,
  TAPROOT,
} from '../flags.ts';
import { FREE_SIGNATURE_WEIGHT, MAX_ELEMENT_SIZE, MAX_STACK_SIZE } from '../limits.ts';
import { opcodes } from '../opcodes.ts';
import { instructionEnd } from '../parse-script.ts';
import { ScriptError } from '../script-error.ts';
import { isTruthy } from '../script-number.ts';
import {
  ANNEX_TAG,
  CONTROL_BASE_SIZE,
  CONTROL_NODE_SIZE,
  isCommittedTo,
  LEAF_VERSION_MASK,
  MAX_TREE_DEPTH,
  TAPSCRIPT_LEAF_VERSION,
  tapLeafHash,
} from '../taproot.ts';
import { ANCHOR_PROGRAM, type WitnessProgram } from '../templates.ts';
import type { InputChecker } from './input-checker.ts';
import { evaluateScript } from './interpreter.ts';
import type { ScriptVersion, TapscriptState } from './machine.ts';

const { OP_DUP, OP_HASH160, OP_EQUALVERIFY, OP_CHECKSIG } = opcodes;

const KEY_HASH_SIZE = 20;
const SCRIPT_HASH_SIZE = 32;
const TAPROOT_SIZE = 32;
const MAX_CONTROL_SIZE = CONTROL_BASE_SIZE + CONTROL_NODE_SIZE * MAX_TREE_DEPTH;

/** Throws a {@link ScriptError} unless the witness satisfies the program. */
export function verifyWitnessProgram(
  { version, program }: WitnessProgram,
  witness: readonly Uint8Array[],
  flags: number,
  checker: InputChecker,
  inScriptHash: boolean,
): void {
  if (version === 0) {
    verifyVersion0(program, witness, flags, checker);
  } else if (version === 1 && program.length === TAPROOT_SIZE && !inScriptHash) {
    if ((flags & TAPROOT) !== 0) verifyTaproot(program, witness, flags, checker);
  } else if (version === 1 && !inScriptHash && equalBytes(program, ANCHOR_PROGRAM)) {
    return;
  } else if ((flags & DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM) !== 0) {
    // Anybody may spend what has no rules yet.
    throw new ScriptError('DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM');
  }
}

function verifyVersion0(
  program: Uint8Array,
  witness: readonly Uint8Array[],
  flags: number,
  checker: InputChecker,
): void {
  if (program.length === KEY_HASH_SIZE) {
    if (witness.length !== 2) throw new ScriptError('WITNESS_PROGRAM_MISMATCH');
    runWitnessScript(witness.slice(), keyHashScript(program), flags, 'segwit-v0', checker);
  } else if (program.length === SCRIPT_HASH_SIZE) {
    const stack = witness.slice();
    const script = stack.pop();
    if (script === undefined) throw new ScriptError('WITNESS_PROGRAM_WITNESS_EMPTY');
    if (!equalBytes(sha256(script), program)) throw new ScriptError('WITNESS_PROGRAM_MISMATCH');
    runWitnessScript(stack, script, flags, 'segwit-v0', checker);
  } else {
    throw new ScriptError('WITNESS_PROGRAM_WRONG_LENGTH');
  }
}

/** What a hash of a public key stands for: the script that pays to it without SegWit. */
function keyHashScript(hash: Uint8Array): Uint8Array {
  const script = new Uint8Array(KEY_HASH_SIZE + 5);
  script[0] = OP_DUP;
  script[1] = OP_HASH160;
  script[2] = KEY_HASH_SIZE;
  script.set(hash, 3);
  script[23] = OP_EQUALVERIFY;
  script[24] = OP_CHECKSIG;
  return script;
}

function verifyTaproot(
  outputKey: Uint8Array,
  witness: readonly Uint8Array[],
  flags: number,
  checker: InputChecker,
): void {
  if (witness.length === 0) throw new ScriptError('WITNESS_PROGRAM_WITNESS_EMPTY');
  const stack = witness.slice();
  const annexHash = takeAnnex(stack);
  const last = stack.pop() as Uint8Array;
  const script = stack.pop();
  if (script === undefined) {
    // The witness is a signature: the output is spent by its key.
    checker.checkSchnorr(last, outputKey, { annexHash });
    return;
  }
  const leafHash = checkControlBlock(last, outputKey, script);
  if (((last[0] as number) & LEAF_VERSION_MASK) !== TAPSCRIPT_LEAF_VERSION) {
    if ((flags & DISCOURAGE_UPGRADABLE_TAPROOT_VERSION) !== 0) {
      throw new ScriptError('DISCOURAGE_UPGRADABLE_TAPROOT_VERSION');
    }
    return;
  }
  if (hasOpSuccess(script, flags)) return;
  if (stack.length > MAX_STACK_SIZE) throw new ScriptError('STACK_SIZE');
  const weightLeft = witnessSize(witness) + FREE_SIGNATURE_WEIGHT;
  const state = { leafHash, annexHash, codeSeparator: 0xffffffff, weightLeft };
  runWitnessScript(stack, script, flags, 'tapscript', checker, state);
}

/** Takes the annex off, if there is one, and hashes it. Its content has no meaning yet. */
function takeAnnex(stack: Uint8Array[]): Uint8Array | undefined {
  const last = stack[stack.length - 1] as Uint8Array;
  if (stack.length < 2 || last[0] !== ANNEX_TAG) return undefined;
  stack.pop();
  const writer = new Writer(last.length + 9);
  writer.varBytes(last);
  return sha256(writer.finish());
}

/** Fails unless the control block proves that the output commits to the script, whose hash it answers. */
function checkControlBlock(
  control: Uint8Array,
  outputKey: Uint8Array,
  script: Uint8Array,
): Uint8Array {
  const { length } = control;
  const whole = (length - CONTROL_BASE_SIZE) % CONTROL_NODE_SIZE === 0;
  if (length < CONTROL_BASE_SIZE || length > MAX_CONTROL_SIZE || !whole) {
    throw new ScriptError('TAPROOT_WRONG_CONTROL_SIZE');
  }
  const leafHash = tapLeafHash(script, (control[0] as number) & LEAF_VERSION_MASK);
  if (!isCommittedTo(outputKey, control, leafHash)) {
    throw new ScriptError('WITNESS_PROGRAM_MISMATCH');
  }
  return leafHash;
}

/**
 * Whether a Tapscript holds an opcode that has no meaning yet. Such a script succeeds whatever else
 * it holds, so that a soft fork can give the opcode any meaning at all.
 */
function hasOpSuccess(script: Uint8Array, flags: number): boolean {
  for (let at = 0; at < script.length; ) {
    if (isOpSuccess(script[at] as number)) {
      if ((flags & DISCOURAGE_OP_SUCCESS) !== 0) throw new ScriptError('DISCOURAGE_OP_SUCCESS');
      return true;
    }
    at = instructionEnd(script, at);
    if (at < 0) throw new ScriptError('BAD_OPCODE');
  }
  return false;
}

/** BIP342 took every opcode that was disabled, reserved or unknown, but for OP_VERIF and OP_VERNOTIF. */
export function isOpSuccess(opcode: number): boolean {
  return (
    opcode === 80 ||
    opcode === 98 ||
    (opcode >= 126 && opcode <= 129) ||
    (opcode >= 131 && opcode <= 134) ||
    opcode === 137 ||
    opcode === 138 ||
    opcode === 141 ||
    opcode === 142 ||
    (opcode >= 149 && opcode <= 153) ||
    (opcode >= 187 && opcode <= 254)
  );
}

/** The size of a witness as it is sent. */
function witnessSize(witness: readonly Uint8Array[]): number {
  let size = compactSizeLength(witness.length);
  for (const { length } of witness) size += compactSizeLength(length) + length;
  return size;
}

/** Scripts in a witness must leave exactly one element, and it must be true. */
function runWitnessScript(
  stack: Uint8Array[],
  script: Uint8Array,
  flags: number,
  version: ScriptVersion,
  checker: InputChecker,
  tapscript?: TapscriptState,
): void {
  for (const { length } of stack) {
    if (length > MAX_ELEMENT_SIZE) throw new ScriptError('PUSH_SIZE');
  }
  evaluateScript(stack, script, flags, version, checker, tapscript);
  if (stack.length !== 1) throw new ScriptError('CLEANSTACK');
  if (!isTruthy(stack[0] as Uint8Array)) throw new ScriptError('EVAL_FALSE');
}
