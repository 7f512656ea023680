import { toReversedHex } from '../bytes/hex.ts';
import type { ConsensusParams } from '../params/chain-params.ts';
import type { Block } from '../primitives/block.ts';
import { blockHash } from '../primitives/block-hash.ts';
import type { BlockHash } from '../primitives/hashes.ts';
import { BIP34_IMPLIES_BIP30_LIMIT } from './limits.ts';

const FIRST_MINED_HEIGHT = 1;

/**
 * Whether a block must not create a coin that exists already (BIP30).
 *
 * In 2010 two coinbases were the same as earlier ones, and the coins of those were lost. Two blocks
 * are excused for it. Since BIP34 a coinbase names its height, which makes a repetition impossible;
 * so that the rule, which costs a look for every output, is not asked on the chain where it is known
 * that no coinbase from before could be repeated, until a height where one could.
 *
 * @param blockHashAt The hash of the block's ancestor at a height below its own.
 */
export function isBip30Enforced(
  block: Block,
  height: number,
  blockHashAt: (height: number) => BlockHash,
  params: Pick<ConsensusParams, 'bip30Exceptions' | 'bip34Hash' | 'buried'>,
): boolean {
  // Bitcoin Core looks all the same. No verdict depends on it, and two look-ups an output do.
  if (params.buried.bip34 <= FIRST_MINED_HEIGHT) return false;
  if (height >= BIP34_IMPLIES_BIP30_LIMIT) return true;
  for (const exception of params.bip30Exceptions) {
    if (exception.height === height && exception.blockHash === toReversedHex(blockHash(block))) {
      return false;
    }
  }
  const { bip34 } = params.buried;
  if (params.bip34Hash === undefined || height <= bip34) return true;
  return toReversedHex(blockHashAt(bip34)) !== params.bip34Hash;
}
