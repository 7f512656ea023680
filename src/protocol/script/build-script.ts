/** Scripts from their parts. */
import { concatBytes } from '../bytes/concat.ts';
import { EncodeError } from '../bytes/encode-error.ts';
import { opcodes } from './opcodes.ts';
import { encodeScriptNumber } from './script-number.ts';

const { OP_0, OP_1, OP_1NEGATE, OP_PUSHDATA1, OP_PUSHDATA2, OP_PUSHDATA4 } = opcodes;

/**
 * A script of opcodes (numbers) and of bytes to push (arrays), each pushed in its shortest form.
 *
 * @example
 * const { OP_DUP, OP_HASH160, OP_EQUALVERIFY, OP_CHECKSIG } = opcodes;
 * buildScript(OP_DUP, OP_HASH160, hash160(publicKey), OP_EQUALVERIFY, OP_CHECKSIG)
 */
export function buildScript(...parts: readonly (number | Uint8Array)[]): Uint8Array {
  return concatBytes(
    ...parts.map((part) => (typeof part === 'number' ? opcodeByte(part) : pushData(part))),
  );
}

function opcodeByte(opcode: number): Uint8Array {
  if (!Number.isInteger(opcode) || opcode < 0 || opcode > 0xff) {
    throw new EncodeError(`${opcode} is no opcode: allowed are whole numbers from 0 to 255`);
  }
  return Uint8Array.of(opcode);
}

/**
 * The shortest instruction that pushes these bytes: the only one that `MINIMALDATA` lets pass.
 *
 * @example
 * pushData(Uint8Array.of(5)) // [OP_5]
 * pushData(Uint8Array.of(17)) // [1, 17]
 */
export function pushData(data: Uint8Array): Uint8Array {
  const opcode = minimalPushOpcode(data);
  return opcode === OP_0 || opcode >= OP_1NEGATE ? Uint8Array.of(opcode) : pushBytes(data);
}

/**
 * The shortest instruction that pushes a number as scripts write them.
 *
 * @example
 * pushNumber(500_000) // [3, 0x20, 0xa1, 0x07]
 */
export function pushNumber(value: number): Uint8Array {
  return pushData(encodeScriptNumber(value));
}

/**
 * A push that spells its bytes out, even where an opcode for that very number exists. Signatures are
 * looked for in this form in the script that they sign ({@link findAndDelete}).
 */
export function pushBytes(data: Uint8Array): Uint8Array {
  const { length } = data;
  if (length < OP_PUSHDATA1) return concatBytes(Uint8Array.of(length), data);
  if (length <= 0xff) return concatBytes(Uint8Array.of(OP_PUSHDATA1, length), data);
  const low = length & 0xff;
  const high = (length >>> 8) & 0xff;
  if (length <= 0xffff) return concatBytes(Uint8Array.of(OP_PUSHDATA2, low, high), data);
  const prefix = Uint8Array.of(OP_PUSHDATA4, low, high, length >>> 16, length >>> 24);
  return concatBytes(prefix, data);
}

/** The opcode with which the shortest push of these bytes begins. */
export function minimalPushOpcode(data: Uint8Array): number {
  const { length } = data;
  if (length === 0) return OP_0;
  if (length === 1) {
    const byte = data[0] as number;
    if (byte >= 1 && byte <= 16) return OP_1 + byte - 1;
    if (byte === 0x81) return OP_1NEGATE;
  }
  if (length < OP_PUSHDATA1) return length;
  if (length <= 0xff) return OP_PUSHDATA1;
  return length <= 0xffff ? OP_PUSHDATA2 : OP_PUSHDATA4;
}
