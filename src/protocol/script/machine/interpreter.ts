/**
 * The interpreter: a script is run instruction by instruction on a stack of byte arrays. There are no
 * loops and no jumps but OP_IF, so that a script never runs longer than it is.
 */
import { minimalPushOpcode } from '../build-script.ts';
import { CONST_SCRIPTCODE, MINIMALDATA } from '../flags.ts';
import {
  MAX_ELEMENT_SIZE,
  MAX_OPS_PER_SCRIPT,
  MAX_SCRIPT_SIZE,
  MAX_STACK_SIZE,
} from '../limits.ts';
import { opcodes } from '../opcodes.ts';
import { instructionEnd, pushPrefixSize } from '../parse-script.ts';
import { ScriptError } from '../script-error.ts';
import type { InputChecker } from './input-checker.ts';
import type { Machine, ScriptVersion, TapscriptState } from './machine.ts';
import { disabledOperations } from './ops/expansion.ts';
import { operations } from './ops/operations.ts';

const { OP_PUSHDATA4, OP_16, OP_IF, OP_ENDIF, OP_CODESEPARATOR } = opcodes;

/** Opcodes that are carried out even within a branch that is skipped: those that end it, or fail. */
const runsWhenSkipped: readonly boolean[] = Array.from(
  { length: 256 },
  (_, opcode) => (opcode >= OP_IF && opcode <= OP_ENDIF) || opcode in disabledOperations,
);

/**
 * Runs a script on a stack, which holds the result afterwards. Throws a {@link ScriptError} where it
 * fails; what the stack holds then means nothing.
 */
export function evaluateScript(
  stack: Uint8Array[],
  script: Uint8Array,
  flags: number,
  version: ScriptVersion,
  checker: InputChecker,
  tapscript?: TapscriptState,
): void {
  const machine: Machine = {
    script,
    version,
    flags,
    checker,
    tapscript,
    stack,
    altStack: [],
    next: 0,
    opCount: 0,
    instruction: 0,
    openBranches: 0,
    skippedBranch: 0,
    codeStart: 0,
    signedScript: undefined,
  };
  if (version !== 'tapscript' && script.length > MAX_SCRIPT_SIZE) {
    throw new ScriptError('SCRIPT_SIZE');
  }
  for (; machine.next < script.length; machine.instruction++) step(machine);
  if (machine.openBranches > 0) throw new ScriptError('UNBALANCED_CONDITIONAL');
}

function step(machine: Machine): void {
  const { script, next: at } = machine;
  const opcode = script[at] as number;
  const end = instructionEnd(script, at);
  if (end < 0) throw new ScriptError('BAD_OPCODE');
  machine.next = end;
  if (opcode <= OP_PUSHDATA4) push(machine, opcode, at, end);
  else execute(machine, opcode);
  if (machine.stack.length + machine.altStack.length > MAX_STACK_SIZE) {
    throw new ScriptError('STACK_SIZE');
  }
}

function push(machine: Machine, opcode: number, at: number, end: number): void {
  const start = at + pushPrefixSize(opcode);
  if (end - start > MAX_ELEMENT_SIZE) throw new ScriptError('PUSH_SIZE');
  if (machine.skippedBranch !== 0) return;
  const element = machine.script.subarray(start, end);
  if ((machine.flags & MINIMALDATA) !== 0 && opcode !== minimalPushOpcode(element)) {
    throw new ScriptError('MINIMALDATA');
  }
  machine.stack.push(element);
}

function execute(machine: Machine, opcode: number): void {
  const { version } = machine;
  if (opcode > OP_16 && version !== 'tapscript') {
    machine.opCount++;
    if (machine.opCount > MAX_OPS_PER_SCRIPT) throw new ScriptError('OP_COUNT');
  }
  const constant = version === 'legacy' && (machine.flags & CONST_SCRIPTCODE) !== 0;
  if (constant && opcode === OP_CODESEPARATOR) throw new ScriptError('OP_CODESEPARATOR');
  if (machine.skippedBranch === 0 || runsWhenSkipped[opcode]) operations[opcode]?.(machine, opcode);
}
