/** Opcodes without a meaning: those that do nothing yet, and those that were switched off for good. */
import { DISCOURAGE_UPGRADABLE_NOPS } from '../../flags.ts';
import { opcodes } from '../../opcodes.ts';
import { ScriptError } from '../../script-error.ts';
import type { Machine, OperationTable } from '../machine.ts';

/** A soft fork may give it a meaning, so nobody should use it for nothing. */
function opUpgradableNop({ flags }: Machine): void {
  if ((flags & DISCOURAGE_UPGRADABLE_NOPS) !== 0) {
    throw new ScriptError('DISCOURAGE_UPGRADABLE_NOPS');
  }
}

/** Switched off in 2010 for fear of bugs in them. They fail a script even where it is not run. */
function opDisabled(): void {
  throw new ScriptError('DISABLED_OPCODE');
}

/** Any byte that is no opcode. */
export function opInvalid(): void {
  throw new ScriptError('BAD_OPCODE');
}

export const disabledOperations: OperationTable = {
  [opcodes.OP_CAT]: opDisabled,
  [opcodes.OP_SUBSTR]: opDisabled,
  [opcodes.OP_LEFT]: opDisabled,
  [opcodes.OP_RIGHT]: opDisabled,
  [opcodes.OP_INVERT]: opDisabled,
  [opcodes.OP_AND]: opDisabled,
  [opcodes.OP_OR]: opDisabled,
  [opcodes.OP_XOR]: opDisabled,
  [opcodes.OP_2MUL]: opDisabled,
  [opcodes.OP_2DIV]: opDisabled,
  [opcodes.OP_MUL]: opDisabled,
  [opcodes.OP_DIV]: opDisabled,
  [opcodes.OP_MOD]: opDisabled,
  [opcodes.OP_LSHIFT]: opDisabled,
  [opcodes.OP_RSHIFT]: opDisabled,
};

export const expansionOperations: OperationTable = {
  [opcodes.OP_NOP1]: opUpgradableNop,
  [opcodes.OP_NOP4]: opUpgradableNop,
  [opcodes.OP_NOP5]: opUpgradableNop,
  [opcodes.OP_NOP6]: opUpgradableNop,
  [opcodes.OP_NOP7]: opUpgradableNop,
  [opcodes.OP_NOP8]: opUpgradableNop,
  [opcodes.OP_NOP9]: opUpgradableNop,
  [opcodes.OP_NOP10]: opUpgradableNop,
};
