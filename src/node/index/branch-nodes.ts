import type { BlockNode } from '../chain/block-node.ts';

/** The blocks from a height up to a block, on the branch that ends with it. */
export function branchNodes(from: number, last: BlockNode): readonly BlockNode[] {
  const nodes: BlockNode[] = [];
  for (let node: BlockNode | undefined = last; node && node.height >= from; node = node.parent) {
    nodes.push(node);
  }
  return nodes.reverse();
}
