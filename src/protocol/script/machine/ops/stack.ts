/** The stack shuffles, as in Forth. Comments show the stack before and after, the top at the right. */

import { MINIMALDATA } from '../../flags.ts';
import { opcodes } from '../../opcodes.ts';
import { ScriptError } from '../../script-error.ts';
import { decodeScriptNumber, encodeScriptNumber, isTruthy } from '../../script-number.ts';
import { type Machine, type OperationTable, peek, pop, requireDepth } from '../machine.ts';

/** (a -- ), and a on the other stack */
function opToAltStack(machine: Machine): void {
  requireDepth(machine, 1);
  machine.altStack.push(pop(machine));
}

/** ( -- a), and off the other stack */
function opFromAltStack({ stack, altStack }: Machine): void {
  const element = altStack.pop();
  if (element === undefined) throw new ScriptError('INVALID_ALTSTACK_OPERATION');
  stack.push(element);
}

/** (a -- ) */
function opDrop(machine: Machine): void {
  requireDepth(machine, 1);
  pop(machine);
}

/** (a b -- ) */
function op2Drop(machine: Machine): void {
  requireDepth(machine, 2);
  pop(machine);
  pop(machine);
}

/** (a -- a a) */
function opDup(machine: Machine): void {
  requireDepth(machine, 1);
  machine.stack.push(peek(machine, 1));
}

/** (a b -- a b a b) */
function op2Dup(machine: Machine): void {
  requireDepth(machine, 2);
  machine.stack.push(peek(machine, 2), peek(machine, 1));
}

/** (a b c -- a b c a b c) */
function op3Dup(machine: Machine): void {
  requireDepth(machine, 3);
  machine.stack.push(peek(machine, 3), peek(machine, 2), peek(machine, 1));
}

/** (a b -- a b a) */
function opOver(machine: Machine): void {
  requireDepth(machine, 2);
  machine.stack.push(peek(machine, 2));
}

/** (a b c d -- a b c d a b) */
function op2Over(machine: Machine): void {
  requireDepth(machine, 4);
  machine.stack.push(peek(machine, 4), peek(machine, 3));
}

/** (a b c -- b c a) */
function opRot(machine: Machine): void {
  requireDepth(machine, 3);
  moveToTop(machine, 3);
}

/** (a b c d e f -- c d e f a b) */
function op2Rot(machine: Machine): void {
  requireDepth(machine, 6);
  moveToTop(machine, 6);
  moveToTop(machine, 6);
}

/** (a b -- b a) */
function opSwap(machine: Machine): void {
  requireDepth(machine, 2);
  moveToTop(machine, 2);
}

/** (a b c d -- c d a b) */
function op2Swap(machine: Machine): void {
  requireDepth(machine, 4);
  moveToTop(machine, 4);
  moveToTop(machine, 4);
}

/** (a -- a a) if a is true, else (a -- a) */
function opIfDup(machine: Machine): void {
  requireDepth(machine, 1);
  const top = peek(machine, 1);
  if (isTruthy(top)) machine.stack.push(top);
}

/** ( -- n), how many elements there are */
function opDepth({ stack }: Machine): void {
  stack.push(encodeScriptNumber(stack.length));
}

/** (a b -- b) */
function opNip(machine: Machine): void {
  requireDepth(machine, 2);
  const top = pop(machine);
  pop(machine);
  machine.stack.push(top);
}

/** (a b -- b a b) */
function opTuck(machine: Machine): void {
  requireDepth(machine, 2);
  const top = pop(machine);
  const below = pop(machine);
  machine.stack.push(top, below, top);
}

/** (… x … n -- … x … x), where x lies n elements deep */
function opPick(machine: Machine): void {
  machine.stack.push(peek(machine, takeDepth(machine)));
}

/** (… x … n -- … … x), where x lies n elements deep */
function opRoll(machine: Machine): void {
  moveToTop(machine, takeDepth(machine));
}

/** Takes the number off the stack that OP_PICK and OP_ROLL count from 0. */
function takeDepth(machine: Machine): number {
  requireDepth(machine, 2);
  const depth = decodeScriptNumber(pop(machine), (machine.flags & MINIMALDATA) !== 0);
  if (depth < 0) throw new ScriptError('INVALID_STACK_OPERATION');
  requireDepth(machine, depth + 1);
  return depth + 1;
}

function moveToTop({ stack }: Machine, depth: number): void {
  const [element] = stack.splice(stack.length - depth, 1);
  stack.push(element as Uint8Array);
}

export const stackOperations: OperationTable = {
  [opcodes.OP_TOALTSTACK]: opToAltStack,
  [opcodes.OP_FROMALTSTACK]: opFromAltStack,
  [opcodes.OP_DROP]: opDrop,
  [opcodes.OP_2DROP]: op2Drop,
  [opcodes.OP_DUP]: opDup,
  [opcodes.OP_2DUP]: op2Dup,
  [opcodes.OP_3DUP]: op3Dup,
  [opcodes.OP_OVER]: opOver,
  [opcodes.OP_2OVER]: op2Over,
  [opcodes.OP_ROT]: opRot,
  [opcodes.OP_2ROT]: op2Rot,
  [opcodes.OP_SWAP]: opSwap,
  [opcodes.OP_2SWAP]: op2Swap,
  [opcodes.OP_IFDUP]: opIfDup,
  [opcodes.OP_DEPTH]: opDepth,
  [opcodes.OP_NIP]: opNip,
  [opcodes.OP_TUCK]: opTuck,
  [opcodes.OP_PICK]: opPick,
  [opcodes.OP_ROLL]: opRoll,
};
