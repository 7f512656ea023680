/** Constants. Pushes of bytes are carried out by the interpreter itself. */

import { opcodes } from '../../opcodes.ts';
import { encodeScriptNumber } from '../../script-number.ts';
import type { Operation, OperationTable } from '../machine.ts';

const { OP_1NEGATE, OP_1, OP_16 } = opcodes;

function pushConstant(value: number): Operation {
  const element = encodeScriptNumber(value);
  return ({ stack }) => {
    stack.push(element);
  };
}

const constants: Record<number, Operation> = { [OP_1NEGATE]: pushConstant(-1) };
for (let opcode = OP_1; opcode <= OP_16; opcode++) {
  constants[opcode] = pushConstant(opcode - OP_1 + 1);
}

export const pushOperations: OperationTable = constants;
