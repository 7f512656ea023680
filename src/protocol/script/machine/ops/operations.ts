import type { Operation } from '../machine.ts';
import { arithmeticOperations } from './arithmetic.ts';
import { bitwiseOperations } from './bitwise.ts';
import { disabledOperations, expansionOperations, opInvalid } from './expansion.ts';
import { flowControlOperations } from './flow-control.ts';
import { hashingOperations } from './hashing.ts';
import { lockTimeOperations } from './lock-time.ts';
import { multisigOperations } from './multisig.ts';
import { pushOperations } from './push.ts';
import { signatureOperations } from './signatures.ts';
import { spliceOperations } from './splice.ts';
import { stackOperations } from './stack.ts';

const known: Readonly<Record<number, Operation | undefined>> = {
  ...pushOperations,
  ...flowControlOperations,
  ...stackOperations,
  ...spliceOperations,
  ...bitwiseOperations,
  ...arithmeticOperations,
  ...hashingOperations,
  ...signatureOperations,
  ...multisigOperations,
  ...lockTimeOperations,
  ...expansionOperations,
  ...disabledOperations,
};

/** What every opcode above `OP_PUSHDATA4` does, by its byte. */
export const operations: readonly Operation[] = Array.from(
  { length: 256 },
  (_, opcode) => known[opcode] ?? opInvalid,
);
