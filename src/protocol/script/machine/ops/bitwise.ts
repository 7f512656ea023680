/** Equality: all that is left of bitwise logic. */
import { equalBytes } from '../../../bytes/compare.ts';
import { opcodes } from '../../opcodes.ts';
import { ScriptError } from '../../script-error.ts';
import { type Machine, type OperationTable, pop, pushBoolean, requireDepth } from '../machine.ts';

/** (a b -- whether they are the same bytes) */
function opEqual(machine: Machine): void {
  requireDepth(machine, 2);
  pushBoolean(machine, equalBytes(pop(machine), pop(machine)));
}

/** (a b -- ) */
function opEqualVerify(machine: Machine): void {
  requireDepth(machine, 2);
  if (!equalBytes(pop(machine), pop(machine))) throw new ScriptError('EQUALVERIFY');
}

export const bitwiseOperations: OperationTable = {
  [opcodes.OP_EQUAL]: opEqual,
  [opcodes.OP_EQUALVERIFY]: opEqualVerify,
};
