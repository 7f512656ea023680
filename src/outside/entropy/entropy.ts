/**
 * The door to randomness. Keys, nonces, secrets and every chance decision come from the one that the
 * caller was given; `draw.ts` has the usual draws from it.
 */
export interface Entropy {
  /** So many random bytes, in an array of their own. */
  bytes(length: number): Uint8Array;
  /** A whole number from 0 to 2^32 - 1. */
  u32(): number;
}
