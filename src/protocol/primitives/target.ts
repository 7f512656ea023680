/**
 * The target that a block hash must not exceed, in its two forms: a 256-bit number, and the four
 * bytes of a header (`bits`), which are a floating-point number of one exponent byte and a 23-bit
 * mantissa with a sign.
 */
import type { BlockHash } from './hashes.ts';

/** As many as make a number that is exact. */
const HIGH_BYTES = 6;

export interface Target {
  readonly value: bigint;
  /** The sign bit was set over a mantissa that is not zero: no target at all. */
  readonly negative: boolean;
  /** The exponent moved the mantissa beyond 256 bits: no target either. */
  readonly overflow: boolean;
}

/** The target that a header's four bytes stand for. */
export function targetFromCompact(bits: number): Target {
  const exponent = bits >>> 24;
  const mantissa = bits & 0x007fffff;
  const value =
    exponent <= 3
      ? BigInt(mantissa >>> (8 * (3 - exponent)))
      : BigInt(mantissa) << BigInt(8 * (exponent - 3));
  const word = exponent <= 3 ? mantissa >>> (8 * (3 - exponent)) : mantissa;
  return {
    value: BigInt.asUintN(256, value),
    negative: word !== 0 && (bits & 0x00800000) !== 0,
    overflow:
      word !== 0 &&
      (exponent > 34 || (word > 0xff && exponent > 33) || (word > 0xffff && exponent > 32)),
  };
}

/**
 * The four bytes for a target. What does not fit the mantissa is cut off, so the way there and back
 * rounds a target down.
 *
 * @example
 * compactFromTarget(0xffffn << 208n) // 0x1d00ffff
 */
export function compactFromTarget(target: bigint): number {
  let size = Math.ceil(target.toString(16).length / 2);
  if (target === 0n) size = 0;
  let mantissa = Number(
    size <= 3 ? target << BigInt(8 * (3 - size)) : target >> BigInt(8 * (size - 3)),
  );
  // The mantissa's highest bit is its sign, so a number that begins with it takes one byte more.
  if ((mantissa & 0x00800000) !== 0) {
    mantissa >>>= 8;
    size++;
  }
  return ((size << 24) | mantissa) >>> 0;
}

/** A hash as the number that is compared with a target: little-endian. */
export function hashToNumber(hash: BlockHash): bigint {
  let value = 0n;
  const words = new DataView(hash.buffer, hash.byteOffset, 32);
  for (let at = 24; at >= 0; at -= 8) value = (value << 64n) | words.getBigUint64(at, true);
  return value;
}

/** Whether a hash is proof of the work that `bits` asks for, on a chain with this easiest target. */
export function meetsTarget(hash: BlockHash, bits: number, powLimit: bigint): boolean {
  if (lastTarget.bits !== bits) lastTarget = rememberedTarget(bits);
  const { value, highBytes, negative, overflow } = lastTarget;
  if (negative || overflow || value === 0n || value > powLimit) return false;
  const high = highBytesOf(hash);
  return high === highBytes ? hashToNumber(hash) <= value : high < highBytes;
}

interface RememberedTarget extends Target {
  readonly bits: number;
  /** What {@link highBytesOf} says of a hash that is as large. */
  readonly highBytes: number;
}

/** Headers come in rows, and those of a row have nearly all the same target. */
let lastTarget = rememberedTarget(0);

function rememberedTarget(bits: number): RememberedTarget {
  const target = targetFromCompact(bits);
  return { ...target, bits, highBytes: Number(target.value >> (256n - BigInt(8 * HIGH_BYTES))) };
}

/** The highest bytes of a hash as a number. They decide nearly always, and a large number takes longer. */
function highBytesOf(hash: BlockHash): number {
  let value = 0;
  for (let i = hash.length - 1; i >= hash.length - HIGH_BYTES; i--)
    value = value * 256 + (hash[i] ?? 0);
  return value;
}

/** The number of hashes that a block took on average: 2^256 / (target + 1). */
export function blockWork(bits: number): bigint {
  const { value, negative, overflow } = targetFromCompact(bits);
  if (negative || overflow || value === 0n) return 0n;
  return (1n << 256n) / (value + 1n);
}

/** How many times harder than the easiest target of Bitcoin's main network, as RPC reports it. */
export function difficulty(bits: number): number {
  let shift = bits >>> 24;
  let value = 0x0000ffff / (bits & 0x00ffffff);
  for (; shift < 29; shift++) value *= 256;
  for (; shift > 29; shift--) value /= 256;
  return value;
}
