/**
 * Scripts as sequences of instructions. An instruction is an opcode, and the bytes that it pushes.
 *
 * The functions that walk by positions make nothing, for the interpreter and for hashing;
 * {@link parseScript} makes a list, for everything else.
 */
import { opcodes } from './opcodes.ts';

const { OP_PUSHDATA1, OP_PUSHDATA2, OP_PUSHDATA4, OP_16 } = opcodes;

export interface Instruction {
  readonly opcode: number;
  /** What a push pushes; undefined for every opcode above `OP_PUSHDATA4`. */
  readonly data: Uint8Array | undefined;
  /** The position of the opcode. */
  readonly at: number;
}

export interface ParsedScript {
  readonly instructions: readonly Instruction[];
  /** Where a push begins that runs over the end; undefined if every instruction is whole. */
  readonly brokenAt: number | undefined;
}

/** How many bytes the opcode of a push and its length take. */
export function pushPrefixSize(opcode: number): number {
  if (opcode < OP_PUSHDATA1) return 1;
  return opcode === OP_PUSHDATA1 ? 2 : opcode === OP_PUSHDATA2 ? 3 : 5;
}

/** Where the instruction that begins at a position ends; -1 if it is a push that runs over the end. */
export function instructionEnd(script: Uint8Array, at: number): number {
  const opcode = script[at] as number;
  let end = at + 1;
  if (opcode < OP_PUSHDATA1) {
    end += opcode;
  } else if (opcode <= OP_PUSHDATA4) {
    end = at + pushPrefixSize(opcode);
    if (end > script.length) return -1;
    end += pushLength(script, opcode, at + 1);
  }
  return end <= script.length ? end : -1;
}

function pushLength(script: Uint8Array, opcode: number, at: number): number {
  const first = script[at] as number;
  if (opcode === OP_PUSHDATA1) return first;
  const low = first | ((script[at + 1] as number) << 8);
  if (opcode === OP_PUSHDATA2) return low;
  return (low | ((script[at + 2] as number) << 16) | ((script[at + 3] as number) << 24)) >>> 0;
}

/**
 * Splits a script into its instructions. What is pushed are views of the script.
 *
 * @example
 * parseScript(fromHex('5102abcd')).instructions // [OP_1, a push of ab cd]
 */
export function parseScript(script: Uint8Array): ParsedScript {
  const instructions: Instruction[] = [];
  for (let at = 0; at < script.length; ) {
    const opcode = script[at] as number;
    const end = instructionEnd(script, at);
    if (end < 0) return { instructions, brokenAt: at };
    const data =
      opcode <= OP_PUSHDATA4 ? script.subarray(at + pushPrefixSize(opcode), end) : undefined;
    instructions.push({ opcode, data, at });
    at = end;
  }
  return { instructions, brokenAt: undefined };
}

/**
 * Whether a script does nothing but push. `OP_RESERVED` counts as a push here, as it always has;
 * that changes nothing, because running it fails.
 */
export function isPushOnly(script: Uint8Array): boolean {
  for (let at = 0; at < script.length; ) {
    if ((script[at] as number) > OP_16) return false;
    at = instructionEnd(script, at);
    if (at < 0) return false;
  }
  return true;
}
