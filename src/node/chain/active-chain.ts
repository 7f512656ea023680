import type { BlockHash } from '../../protocol/primitives/hashes.ts';
import type { BlockNode } from './block-node.ts';

/** The last blocks that a locator names one by one, before it takes longer and longer steps. */
const DENSE_PART = 10;

/** The branch that is followed, from the first block to the tip: by height, and at once. */
export class ActiveChain {
  readonly #nodes: BlockNode[];

  constructor(genesis: BlockNode) {
    this.#nodes = [genesis];
  }

  get tip(): BlockNode {
    return this.#nodes.at(-1) as BlockNode;
  }

  at(height: number): BlockNode | undefined {
    return this.#nodes[height];
  }

  contains(node: BlockNode): boolean {
    return this.#nodes[node.height] === node;
  }

  /** The block after this one; undefined if it is the tip, or not on this branch. */
  next(node: BlockNode): BlockNode | undefined {
    return this.contains(node) ? this.#nodes[node.height + 1] : undefined;
  }

  /** Where a branch leaves this one: its last block that is on both. */
  forkWith(node: BlockNode): BlockNode {
    return this.tip.forkWith(node);
  }

  /** Goes over to the branch that ends here. */
  setTip(tip: BlockNode): void {
    const nodes = this.#nodes;
    const branch: BlockNode[] = [];
    for (let node = tip; nodes[node.height] !== node; node = node.parent as BlockNode) {
      branch.push(node);
    }
    nodes.length = tip.height + 1 - branch.length;
    for (let node = branch.pop(); node !== undefined; node = branch.pop()) nodes.push(node);
  }
}

/**
 * Hashes that say where somebody is in the chain to one who may know other blocks: the last ones,
 * then some at distances that double, and the first.
 */
export function locatorOf(node: BlockNode): readonly BlockHash[] {
  const hashes: BlockHash[] = [];
  let step = 1;
  for (let height = node.height; ; ) {
    hashes.push((node.ancestor(height) as BlockNode).hash);
    if (height === 0) return hashes;
    height = Math.max(0, height - step);
    if (hashes.length > DENSE_PART) step *= 2;
  }
}
