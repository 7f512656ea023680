import { type Code, i32, i32x4, local, op, type ValueType, v128 } from './wasm-emitter.ts';

/**
 * Arithmetic of 32-bit words in WebAssembly: of one, or of four at once. What is written for a lane
 * is written for both.
 */
export interface Lane {
  readonly type: ValueType;
  readonly add: Code;
  readonly and: Code;
  readonly xor: Code;
  load(base: Code, offset: number): Code;
  store(base: Code, offset: number, value: Code): Code;
  /** The nonces of this lane, the first of which is given as one word. */
  spread(first: Code): Code;
  /** A variable rotated to the right by so many bits, and shifted, joined by exclusive or. */
  mix(variable: number, rotations: readonly number[], shift?: number): Code;
  /** The bytes of each word in the opposite order. */
  reverse(variable: number): Code;
  /** A bit for each word that is not above the limit, the lowest for the first. */
  bitsUpTo(value: Code, limit: Code): Code;
}

/** One nonce, on the processor's ordinary units. */
export const scalarLane: Lane = {
  type: 'i32',
  add: i32.add,
  and: i32.and,
  xor: i32.xor,
  load: i32.load,
  store: i32.store,
  spread: (first) => first,
  mix(variable, rotations, shift) {
    const value = local.get(variable);
    const parts = rotations.map((by) => op(i32.rotateRight, value, i32.const(by)));
    if (shift !== undefined) parts.push(op(i32.shiftRight, value, i32.const(shift)));
    return joined(i32.xor, parts);
  },
  reverse(variable) {
    const turned = (by: number, mask: number): Code =>
      op(i32.and, op(i32.rotateLeft, local.get(variable), i32.const(by)), i32.const(mask));
    return op(i32.or, turned(8, 0x00ff00ff), turned(24, 0xff00ff00));
  },
  bitsUpTo: (value, limit) => op(i32.lessOrEqualUnsigned, value, limit),
};

const REVERSED = [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12];

/** Four nonces, on its vector units. `countingAt` is where the memory holds 0, 1, 2 and 3. */
export function vectorLane(countingAt: number): Lane {
  return {
    type: 'v128',
    add: i32x4.add,
    and: v128.and,
    xor: v128.xor,
    load: v128.load,
    store: v128.store,
    spread: (first) => op(i32x4.add, op(i32x4.splat, first), v128.load(i32.const(0), countingAt)),
    // Vectors have no rotation. The two halves of one have no bit in common, so they join like all else.
    mix(variable, rotations, shift) {
      const value = local.get(variable);
      const parts = rotations.flatMap((by) => [
        op(i32x4.shiftRight, value, i32.const(by)),
        op(i32x4.shiftLeft, value, i32.const(32 - by)),
      ]);
      if (shift !== undefined) parts.push(op(i32x4.shiftRight, value, i32.const(shift)));
      return joined(v128.xor, parts);
    },
    reverse: (variable) => v128.shuffle(REVERSED, local.get(variable)),
    bitsUpTo: (value, limit) =>
      op(i32x4.bitmask, op(i32x4.lessOrEqualUnsigned, value, op(i32x4.splat, limit))),
  };
}

/** As a balanced tree, so that the processor works on several parts at once. */
function joined(instruction: Code, parts: readonly Code[]): Code {
  if (parts.length === 1) return parts[0] as Code;
  const middle = parts.length >> 1;
  const left = joined(instruction, parts.slice(0, middle));
  return op(instruction, left, joined(instruction, parts.slice(middle)));
}
