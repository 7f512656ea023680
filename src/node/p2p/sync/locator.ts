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
  const hashes: BlockHash[] = [];
  let step = 1;
  for (let at: BlockNode | undefined = node; at !== undefined; ) {
    hashes.push(at.hash);
    if (at.height === 0) break;
    at = at.ancestor(Math.max(at.height - step, 0));
    if (hashes.length > DENSE) step *= 2;
  }
  return hashes;
}

/** In `getheaders`: as many as there can be. */
export const NO_STOP: BlockHash = new Uint8Array(32) as BlockHash;
