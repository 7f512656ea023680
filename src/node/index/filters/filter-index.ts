import { concatBytes } from '../../../protocol/bytes/concat.ts';
import { sha256d } from '../../../protocol/crypto/hash.ts';
import { blockFilter, filterHeader } from '../../../protocol/primitives/block-filter.ts';
import { ZERO_HASH } from '../../../protocol/primitives/hashes.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { Changes } from '../changes.ts';
import type { IndexDefinition } from '../index-definition.ts';
import { IndexError } from '../index-error.ts';
import { blockKey } from '../store-keys.ts';

/** `f`: the filter of a block. */
const FILTER = 0x66;
/** `h`: the hash of a block's filter, and the filter header. Light wallets ask for these by thousands. */
const HASHES = 0x68;

export const FILTER_HASH_SIZE = 32;

export function filterKey(node: BlockNode): Uint8Array {
  return blockKey(FILTER, node.height, node.hash);
}

export function filterHashesKey(node: BlockNode): Uint8Array {
  return blockKey(HASHES, node.height, node.hash);
}

/**
 * BIP158's basic filter of every block, and BIP157's filter headers. They depend on nothing but the
 * block and those before it, so those of a block that was taken back stay, and are found by its hash.
 */
export const filterIndex: IndexDefinition = {
  name: 'filters',
  version: 1,
  async connect({ node, block, undo }, changes, pace) {
    const spentScripts = undo.flatMap((coins) => coins.map(({ output }) => output.scriptPubKey));
    const filter = blockFilter(block, spentScripts);
    if (pace.isDue) await pace.turn();
    const header = filterHeader(filter, await headerBefore(node, changes));
    changes.put(filterKey(node), filter);
    changes.put(filterHashesKey(node), concatBytes(sha256d(filter), header));
  },
  async disconnect() {},
};

async function headerBefore({ parent }: BlockNode, changes: Changes): Promise<Uint8Array> {
  if (parent === undefined) return ZERO_HASH;
  const hashes = await changes.get(filterHashesKey(parent));
  if (hashes === undefined) {
    throw new IndexError('corrupt', 'filters', `the header of block ${parent.height} is missing`);
  }
  return hashes.subarray(FILTER_HASH_SIZE);
}
