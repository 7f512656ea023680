/**
 * The two opcodes that hold a spend back: until a date or height (BIP65), or until the coin has an
 * age (BIP112). They took the places of OP_NOP2 and OP_NOP3, so they leave the stack as it is: an old
 * node must come to the same stack.
 */
import { CHECKLOCKTIMEVERIFY, CHECKSEQUENCEVERIFY, MINIMALDATA } from '../../flags.ts';
import { opcodes } from '../../opcodes.ts';
import { ScriptError } from '../../script-error.ts';
import { decodeScriptNumber, MAX_LOCKTIME_NUMBER_SIZE } from '../../script-number.ts';
import { meetsLockTime, meetsSequence, SEQUENCE_DISABLE_FLAG } from '../lock-time.ts';
import { type Machine, type OperationTable, peek, requireDepth } from '../machine.ts';

/** (n -- n) */
function opCheckLockTimeVerify(machine: Machine): void {
  if ((machine.flags & CHECKLOCKTIMEVERIFY) === 0) return;
  const required = peekLockTime(machine);
  const { tx, input, ignoresLocks } = machine.checker;
  if (!ignoresLocks && !meetsLockTime(tx, input, required))
    throw new ScriptError('UNSATISFIED_LOCKTIME');
}

/** (n -- n) */
function opCheckSequenceVerify(machine: Machine): void {
  if ((machine.flags & CHECKSEQUENCEVERIFY) === 0) return;
  const required = peekLockTime(machine);
  // Left free for a soft fork to come.
  if ((required & SEQUENCE_DISABLE_FLAG) !== 0) return;
  const { tx, input, ignoresLocks } = machine.checker;
  if (!ignoresLocks && !meetsSequence(tx, input, required))
    throw new ScriptError('UNSATISFIED_LOCKTIME');
}

function peekLockTime(machine: Machine): number {
  requireDepth(machine, 1);
  const minimal = (machine.flags & MINIMALDATA) !== 0;
  const value = decodeScriptNumber(peek(machine, 1), minimal, MAX_LOCKTIME_NUMBER_SIZE);
  if (value < 0) throw new ScriptError('NEGATIVE_LOCKTIME');
  return value;
}

export const lockTimeOperations: OperationTable = {
  [opcodes.OP_CHECKLOCKTIMEVERIFY]: opCheckLockTimeVerify,
  [opcodes.OP_CHECKSEQUENCEVERIFY]: opCheckSequenceVerify,
};
