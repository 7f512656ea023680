import { WITNESS_SCALE_FACTOR } from '../../../protocol/consensus/limits.ts';

/**
 * The virtual bytes that a transaction pays for. Signature checks count too: without that, one that is
 * short and asks for many of them would take more out of a block than it pays for.
 *
 * @example
 * virtualSize(561, 1, 20) // 141
 * virtualSize(561, 80, 20) // 400
 */
export function virtualSize(weight: number, sigopCost: number, bytesPerSigop: number): number {
  return Math.ceil(Math.max(weight, sigopCost * bytesPerSigop) / WITNESS_SCALE_FACTOR);
}
