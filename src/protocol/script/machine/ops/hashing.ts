/** (a -- its hash) */
import { hash160, ripemd160, sha1, sha256, sha256d } from '../../../crypto/hash.ts';
import { opcodes } from '../../opcodes.ts';
import { type Operation, type OperationTable, pop, requireDepth } from '../machine.ts';

function hashing(hash: (data: Uint8Array) => Uint8Array): Operation {
  return (machine) => {
    requireDepth(machine, 1);
    machine.stack.push(hash(pop(machine)));
  };
}

export const hashingOperations: OperationTable = {
  [opcodes.OP_RIPEMD160]: hashing(ripemd160),
  [opcodes.OP_SHA1]: hashing(sha1),
  [opcodes.OP_SHA256]: hashing(sha256),
  [opcodes.OP_HASH160]: hashing(hash160),
  [opcodes.OP_HASH256]: hashing(sha256d),
};
