import { compareBytes } from '../../protocol/bytes/compare.ts';
import type { BlockNode } from './block-node.ts';

/**
 * Orders branches by which is to be followed, the better one last: the one with more work; of equals,
 * the one that was here first.
 */
export function compareBranches(a: BlockNode, b: BlockNode): number {
  if (a.chainWork !== b.chainWork) return a.chainWork < b.chainWork ? -1 : 1;
  // The hash decides only between blocks that were on the disk already when the node was started.
  return b.sequence - a.sequence || compareBytes(b.hash, a.hash);
}

/**
 * The blocks that could be the tip: all their ancestors have been stored, none of these has failed,
 * and none of them is worse than the tip. There are a few, the better ones last.
 */
export class BranchCandidates {
  readonly #sorted: BlockNode[] = [];

  get best(): BlockNode | undefined {
    return this.#sorted.at(-1);
  }

  add(node: BlockNode): void {
    const at = this.#placeOf(node);
    if (this.#sorted[at] !== node) this.#sorted.splice(at, 0, node);
  }

  /** To be called before anything changes that the order depends on. */
  remove(node: BlockNode): void {
    const at = this.#placeOf(node);
    if (this.#sorted[at] === node) this.#sorted.splice(at, 1);
  }

  /** Forgets those that are worse than a tip. */
  dropBelow(tip: BlockNode): void {
    const worse = this.#placeOf(tip);
    if (worse > 0) this.#sorted.splice(0, worse);
  }

  clear(): void {
    this.#sorted.length = 0;
  }

  /** How many are worse, which is where the node is if it is here. New ones come last, mostly. */
  #placeOf(node: BlockNode): number {
    const sorted = this.#sorted;
    const last = sorted.at(-1);
    if (last === undefined || compareBranches(last, node) < 0) return sorted.length;
    let low = 0;
    let high = sorted.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareBranches(sorted[middle] as BlockNode, node) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
