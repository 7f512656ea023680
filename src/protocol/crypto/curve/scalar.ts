/**
 * The numbers of secp256k1 and their 32-byte form, big-endian as everything in SEC 1.
 *
 * Whatever is secret is compared or moved as bytes and calculated by the backends: `bigint`
 * arithmetic takes a time that depends on the values.
 */

/** The prime that coordinates are counted modulo: 2^256 - 2^32 - 977 (SEC 2, section 2.4.1). */
export const FIELD_PRIME = 2n ** 256n - 2n ** 32n - 977n;

/** The number of points, a prime as well, that scalars are counted modulo. */
export const GROUP_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** For conversions. A `DataView` of its own for every array costs as much as a hash. */
const digits = new Uint8Array(32);
const words = new DataView(digits.buffer);

const FIELD_PRIME_BYTES = bytesFromScalar(FIELD_PRIME);
const GROUP_ORDER_BYTES = bytesFromScalar(GROUP_ORDER);
const HALF_ORDER_BYTES = bytesFromScalar(GROUP_ORDER >> 1n);

/** The number that 32 bytes stand for. */
export function scalarFromBytes(bytes: Uint8Array, at = 0): bigint {
  for (let i = 0; i < 32; i++) digits[i] = bytes[at + i] as number;
  return (
    (((((words.getBigUint64(0) << 64n) | words.getBigUint64(8)) << 64n) | words.getBigUint64(16)) <<
      64n) |
    words.getBigUint64(24)
  );
}

/** The 32 bytes of a number below 2^256. */
export function bytesFromScalar(value: bigint): Uint8Array {
  const bytes = new Uint8Array(32);
  writeScalar(bytes, 0, value);
  return bytes;
}

/** Puts the 32 bytes of a number below 2^256 into an array. */
export function writeScalar(bytes: Uint8Array, at: number, value: bigint): void {
  words.setBigUint64(0, value >> 192n);
  words.setBigUint64(8, BigInt.asUintN(64, value >> 128n));
  words.setBigUint64(16, BigInt.asUintN(64, value >> 64n));
  words.setBigUint64(24, BigInt.asUintN(64, value));
  bytes.set(digits, at);
}

/** Whether 32 bytes, `at` here in an array, are a number below the group order. */
export function isBelowOrder(bytes: Uint8Array, at = 0): boolean {
  return comparedAt(bytes, at, GROUP_ORDER_BYTES) < 0;
}

/** Whether 32 bytes, `at` here in an array, are a number below the prime of the field. */
export function isBelowPrime(bytes: Uint8Array, at = 0): boolean {
  return comparedAt(bytes, at, FIELD_PRIME_BYTES) < 0;
}

/** Whether 32 bytes are a private key: neither zero nor beyond the order. */
export function isPrivateScalar(bytes: Uint8Array): boolean {
  return bytes.length === 32 && isBelowOrder(bytes) && !isZero(bytes, 0, 32);
}

/** Whether 32 bytes may be added to a key: any number below the order, zero included. */
export function isTweak(bytes: Uint8Array): boolean {
  return bytes.length === 32 && isBelowOrder(bytes);
}

/** Whether 64 bytes are a signature (r, s) that can be valid at all: 0 < r, s < n. */
export function isCompactSignature(signature: Uint8Array): boolean {
  return (
    signature.length === 64 &&
    isBelowOrder(signature, 0) &&
    isBelowOrder(signature, 32) &&
    !isZero(signature, 0, 32) &&
    !isZero(signature, 32, 64)
  );
}

/** Whether the second half of a compact signature, s, exceeds half the order. */
export function isHighS(signature: Uint8Array): boolean {
  // Half the order begins with 7f ff ff…: the first byte nearly always decides.
  const first = signature[32] as number;
  if (first !== 0x7f) return first > 0x7f;
  return comparedAt(signature, 32, HALF_ORDER_BYTES) > 0;
}

function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  let bits = 0;
  for (let i = from; i < to; i++) bits |= bytes[i] as number;
  return bits === 0;
}

function comparedAt(bytes: Uint8Array, at: number, limit: Uint8Array): number {
  for (let i = 0; i < 32; i++) {
    const difference = (bytes[at + i] as number) - (limit[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
