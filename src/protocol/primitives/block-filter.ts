/**
 * Compact block filters (BIP157, BIP158): what a block pays to and spends from, in a few bytes per
 * output. A light wallet asks filters for its scripts, and fetches only the blocks that have them.
 */
import { concatBytes } from '../bytes/concat.ts';
import { encodeGolombCodedSet, golombCodedSetHasAny } from '../crypto/golomb-coded-set.ts';
import { sha256d } from '../crypto/hash.ts';
import type { Block } from './block.ts';
import { blockHash } from './block-hash.ts';
import type { BlockHash } from './hashes.ts';

/** An output whose script begins with this can never be spent, so nobody looks for it. */
const OP_RETURN = 0x6a;

/**
 * The basic filter of a block: the scripts of its outputs, and those of the outputs that it spends.
 *
 * @example
 * blockFilterHasAny(blockFilter(block, spentScripts), blockHash(block), walletScripts)
 */
export function blockFilter(block: Block, spentScripts: readonly Uint8Array[]): Uint8Array {
  const scripts = spentScripts.filter((script) => script.length > 0);
  for (const { outputs } of block.transactions) {
    for (const { scriptPubKey } of outputs) {
      if (scriptPubKey.length > 0 && scriptPubKey[0] !== OP_RETURN) scripts.push(scriptPubKey);
    }
  }
  return encodeGolombCodedSet(scripts, filterKey(blockHash(block)));
}

/** Whether a block has any of these scripts, by its filter; once in 784,931 times wrongly. */
export function blockFilterHasAny(
  filter: Uint8Array,
  hash: BlockHash,
  scripts: readonly Uint8Array[],
): boolean {
  return golombCodedSetHasAny(filter, filterKey(hash), scripts);
}

/**
 * The header that makes filters a chain, as block headers do blocks, so that two peers who disagree
 * can be found out (BIP157). The one before the first is all zeros.
 */
export function filterHeader(filter: Uint8Array, previousHeader: Uint8Array): Uint8Array {
  return sha256d(concatBytes(sha256d(filter), previousHeader));
}

/** Every block has a key of its own, lest a script could be made that seems to be in all of them. */
function filterKey(hash: BlockHash): Uint8Array {
  return hash.subarray(0, 16);
}
