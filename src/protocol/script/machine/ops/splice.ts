/**
 * Of the operations that cut and join elements only the one that measures them is left. The others
 * were switched off in 2010, among them OP_CAT, with which an element could be made to double in
 * length again and again.
 */

import { opcodes } from '../../opcodes.ts';
import { encodeScriptNumber } from '../../script-number.ts';
import { type Machine, type OperationTable, peek, requireDepth } from '../machine.ts';

/** (a -- a n), the length of a */
function opSize(machine: Machine): void {
  requireDepth(machine, 1);
  machine.stack.push(encodeScriptNumber(peek(machine, 1).length));
}

export const spliceOperations: OperationTable = { [opcodes.OP_SIZE]: opSize };
