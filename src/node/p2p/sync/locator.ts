import { blockHash } from '../../../protocol/primitives/block-hash.ts';
import type { BlockHeader } from '../../../protocol/primitives/block-header.ts';
import type { BlockHash } from '../../../protocol/primitives/hashes.ts';
import type { BlockNode } from '../../chain/block-node.ts';

/** So many hashes one after the other; then the distances double. */
const DENSE = 10;

/**
 * Where a branch is, for whoever may be on another one: the hashes of its last blocks, then of ever
 * fewer, and of the first. However long the chain, there are few of them.
 *
 * @example
 * peer.send({ command: 'getheaders', version: 70016, locator: locatorOf(tip), stop: NO_STOP });
 */
export function locatorOf(node: BlockNode): readonly BlockHash[] {
  return locatorAfter(node, []);
}

/** The same for the last of some headers that build on a block, and are not stored yet. */
export function locatorAfter(
  start: BlockNode,
  headers: readonly BlockHeader[],
): readonly BlockHash[] {
  const hashes: BlockHash[] = [];
  let step = 1;
  for (let height = start.height + headers.length; ; ) {
    const header = headers[height - start.height - 1];
    hashes.push(header === undefined ? hashAt(start, height) : blockHash(header));
    if (height === 0) return hashes;
    height = Math.max(height - step, 0);
    if (hashes.length > DENSE) step *= 2;
  }
}

function hashAt(node: BlockNode, height: number): BlockHash {
  return (node.ancestor(height) as BlockNode).hash;
}

/** In `getheaders`: as many as there can be. */
export const NO_STOP: BlockHash = new Uint8Array(32) as BlockHash;
