/** Arithmetic and comparison, on numbers of four bytes. Results may have five. */
import { MINIMALDATA } from '../../flags.ts';
import { opcodes } from '../../opcodes.ts';
import { ScriptError } from '../../script-error.ts';
import { decodeScriptNumber, encodeScriptNumber } from '../../script-number.ts';
import {
  type Machine,
  type Operation,
  type OperationTable,
  pop,
  pushBoolean,
  requireDepth,
} from '../machine.ts';

function popNumber(machine: Machine): number {
  return decodeScriptNumber(pop(machine), (machine.flags & MINIMALDATA) !== 0);
}

function pushResult(machine: Machine, result: number | boolean): void {
  if (typeof result === 'boolean') pushBoolean(machine, result);
  else machine.stack.push(encodeScriptNumber(result));
}

/** (a -- f(a)) */
function unary(compute: (a: number) => number | boolean): Operation {
  return (machine) => {
    requireDepth(machine, 1);
    pushResult(machine, compute(popNumber(machine)));
  };
}

/** (a b -- f(a, b)) */
function binary(compute: (a: number, b: number) => number | boolean): Operation {
  return (machine) => {
    requireDepth(machine, 2);
    const b = popNumber(machine);
    const a = popNumber(machine);
    pushResult(machine, compute(a, b));
  };
}

/** (a b -- ) */
function opNumEqualVerify(machine: Machine): void {
  requireDepth(machine, 2);
  const b = popNumber(machine);
  const a = popNumber(machine);
  if (a !== b) throw new ScriptError('NUMEQUALVERIFY');
}

/** (x min max -- whether min <= x < max) */
function opWithin(machine: Machine): void {
  requireDepth(machine, 3);
  const max = popNumber(machine);
  const min = popNumber(machine);
  const x = popNumber(machine);
  pushBoolean(machine, min <= x && x < max);
}

export const arithmeticOperations: OperationTable = {
  [opcodes.OP_1ADD]: unary((a) => a + 1),
  [opcodes.OP_1SUB]: unary((a) => a - 1),
  [opcodes.OP_NEGATE]: unary((a) => -a),
  [opcodes.OP_ABS]: unary((a) => Math.abs(a)),
  [opcodes.OP_NOT]: unary((a) => a === 0),
  [opcodes.OP_0NOTEQUAL]: unary((a) => a !== 0),
  [opcodes.OP_ADD]: binary((a, b) => a + b),
  [opcodes.OP_SUB]: binary((a, b) => a - b),
  [opcodes.OP_BOOLAND]: binary((a, b) => a !== 0 && b !== 0),
  [opcodes.OP_BOOLOR]: binary((a, b) => a !== 0 || b !== 0),
  [opcodes.OP_NUMEQUAL]: binary((a, b) => a === b),
  [opcodes.OP_NUMEQUALVERIFY]: opNumEqualVerify,
  [opcodes.OP_NUMNOTEQUAL]: binary((a, b) => a !== b),
  [opcodes.OP_LESSTHAN]: binary((a, b) => a < b),
  [opcodes.OP_GREATERTHAN]: binary((a, b) => a > b),
  [opcodes.OP_LESSTHANOREQUAL]: binary((a, b) => a <= b),
  [opcodes.OP_GREATERTHANOREQUAL]: binary((a, b) => a >= b),
  [opcodes.OP_MIN]: binary((a, b) => Math.min(a, b)),
  [opcodes.OP_MAX]: binary((a, b) => Math.max(a, b)),
  [opcodes.OP_WITHIN]: opWithin,
};
