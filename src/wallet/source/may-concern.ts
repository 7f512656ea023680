import { blockFilterHasAny } from '../../protocol/primitives/block-filter.ts';
import type { BlockPlace } from './chain-source.ts';

/**
 * To ask a filter, each script of the wallet is hashed with the key of the block; to look at a block, each
 * of its scripts is looked up in a table. Measured with 8,000 scripts and 2,000 blocks of one
 * transaction: to ask the filters takes 17 times as long as to read all blocks over loopback. A script
 * of a block takes 20 bits of its filter at least: one is worth 60 of the wallet.
 */
const SCRIPTS_PER_BYTE = 25;

/**
 * Whether a block is worth to be read: its filter says so, or there is none, or the block is so small
 * that it is sooner read than the filter is asked.
 *
 * @throws `DecodeError` if the filter is none
 */
export function mayConcern(
  { hash }: Pick<BlockPlace, 'hash'>,
  filter: Uint8Array | undefined,
  scripts: readonly Uint8Array[],
): boolean {
  if (filter === undefined || filter.length * SCRIPTS_PER_BYTE < scripts.length) return true;
  return blockFilterHasAny(filter, hash, scripts);
}
