/** What Bitcoin Core asks of a script, without running it, before it guesses what it is for. */
import { MAX_ELEMENT_SIZE } from '../script/limits.ts';
import { isOpSuccess } from '../script/machine/verify-witness.ts';
import { opcodes } from '../script/opcodes.ts';
import { parseScript } from '../script/parse-script.ts';

/**
 * Whether a script is whole, has only opcodes that existed before Tapscript, and pushes nothing too
 * large: Core's `HasValidOps`.
 */
export function hasValidOps(script: Uint8Array): boolean {
  const { instructions, brokenAt } = parseScript(script);
  return (
    brokenAt === undefined &&
    instructions.every(
      ({ opcode, data }) =>
        opcode <= opcodes.OP_NOP10 && (data === undefined || data.length <= MAX_ELEMENT_SIZE),
    )
  );
}

/** Whether a script has an opcode that Tapscript gave a meaning, or set aside for one (BIP342). */
export function hasTapscriptOpcode(script: Uint8Array): boolean {
  return parseScript(script).instructions.some(
    ({ opcode }) => opcode === opcodes.OP_CHECKSIGADD || isOpSuccess(opcode),
  );
}
