import type { ConsensusParams } from '../params/chain-params.ts';

/** The 64th halving shifts a 64-bit amount out altogether, which C++ leaves undefined. */
const MAX_HALVINGS = 64;

/**
 * The satoshis that a block may create, besides the fees that it may take.
 *
 * @example
 * blockSubsidy(840_000, main.consensus) // 312_500_000n
 */
export function blockSubsidy(
  height: number,
  params: Pick<ConsensusParams, 'initialSubsidy' | 'halvingInterval'>,
): bigint {
  const halvings = Math.floor(height / params.halvingInterval);
  return halvings >= MAX_HALVINGS ? 0n : params.initialSubsidy >> BigInt(halvings);
}
