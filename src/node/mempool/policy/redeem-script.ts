import {
  MAX_ELEMENT_SIZE,
  MAX_SCRIPT_SIZE,
  MAX_STACK_SIZE,
} from '../../../protocol/script/limits.ts';
import { opcodes } from '../../../protocol/script/opcodes.ts';
import { instructionEnd, pushPrefixSize } from '../../../protocol/script/parse-script.ts';

const { OP_PUSHDATA4, OP_RESERVED, OP_16 } = opcodes;
const EMPTY = new Uint8Array(0);

/**
 * The script that a scriptSig reveals to satisfy a hash: what running it would leave on top of the
 * stack. Undefined if it fails, leaves nothing, or does more than push, which is never standard.
 *
 * Numbers that opcodes push count as an empty script: neither has a signature check or is a program.
 */
export function redeemScriptOf(scriptSig: Uint8Array): Uint8Array | undefined {
  if (scriptSig.length > MAX_SCRIPT_SIZE) return undefined;
  let last: Uint8Array | undefined;
  let depth = 0;
  for (let at = 0; at < scriptSig.length; ) {
    const opcode = scriptSig[at] as number;
    const end = instructionEnd(scriptSig, at);
    if (end < 0 || opcode > OP_16 || opcode === OP_RESERVED) return undefined;
    last = opcode <= OP_PUSHDATA4 ? scriptSig.subarray(at + pushPrefixSize(opcode), end) : EMPTY;
    depth++;
    if (last.length > MAX_ELEMENT_SIZE || depth > MAX_STACK_SIZE) return undefined;
    at = end;
  }
  return last;
}
