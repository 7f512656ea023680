/**
 * OP_IF and its kin, and the two that end a script.
 *
 * Open branches are counted, not remembered one by one: all that matters is which of them is the
 * outermost that is not taken, since everything within that is skipped. A list of them made scripts
 * of nested OP_IFs slow to run.
 */
import { MINIMALIF } from '../../flags.ts';
import { opcodes } from '../../opcodes.ts';
import { ScriptError } from '../../script-error.ts';
import { isTruthy } from '../../script-number.ts';
import { type Machine, type OperationTable, peek, pop, requireDepth } from '../machine.ts';

const { OP_IF, OP_NOTIF, OP_ELSE, OP_ENDIF, OP_VERIFY, OP_RETURN, OP_NOP } = opcodes;

function opIf(machine: Machine, opcode: number): void {
  // Within a branch that is skipped, the stack is not touched.
  const taken = machine.skippedBranch !== 0 || takeCondition(machine) === (opcode === OP_IF);
  machine.openBranches++;
  if (!taken) machine.skippedBranch = machine.openBranches;
}

function takeCondition(machine: Machine): boolean {
  if (machine.stack.length === 0) throw new ScriptError('UNBALANCED_CONDITIONAL');
  const condition = peek(machine, 1);
  // Any other way to say yes would let a stranger change the witness. First a policy, then a rule.
  const minimal = condition.length === 0 || (condition.length === 1 && condition[0] === 1);
  if (!minimal && machine.version === 'tapscript') throw new ScriptError('TAPSCRIPT_MINIMALIF');
  if (!minimal && machine.version === 'segwit-v0' && (machine.flags & MINIMALIF) !== 0) {
    throw new ScriptError('MINIMALIF');
  }
  return isTruthy(pop(machine));
}

/** There may be several for one OP_IF: each turns it over. */
function opElse(machine: Machine): void {
  if (machine.openBranches === 0) throw new ScriptError('UNBALANCED_CONDITIONAL');
  if (machine.skippedBranch === 0) machine.skippedBranch = machine.openBranches;
  else if (machine.skippedBranch === machine.openBranches) machine.skippedBranch = 0;
}

function opEndIf(machine: Machine): void {
  if (machine.openBranches === 0) throw new ScriptError('UNBALANCED_CONDITIONAL');
  if (machine.skippedBranch === machine.openBranches) machine.skippedBranch = 0;
  machine.openBranches--;
}

function opVerify(machine: Machine): void {
  requireDepth(machine, 1);
  if (!isTruthy(pop(machine))) throw new ScriptError('VERIFY');
}

/** In the first version it ended the script with success, and so anybody could spend anything. */
function opReturn(): void {
  throw new ScriptError('OP_RETURN');
}

function opNop(): void {}

export const flowControlOperations: OperationTable = {
  [OP_NOP]: opNop,
  [OP_IF]: opIf,
  [OP_NOTIF]: opIf,
  [OP_ELSE]: opElse,
  [OP_ENDIF]: opEndIf,
  [OP_VERIFY]: opVerify,
  [OP_RETURN]: opReturn,
};
