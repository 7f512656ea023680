/** From `tr` to the output key, its leaves and what spends them. */
import { type TapLeafSpend, type TaprootOutput, type TapTree, taprootOutput } from '../taproot.ts';
import type { ExpandedKey } from './derive-key.ts';
import { keysOf, type TaprootDescriptor } from './descriptor.ts';
import { DescriptorError } from './descriptor-error.ts';
import type { KeyExpression } from './key-expression.ts';
import { leafScript } from './leaf-script.ts';

export interface ExpandedTaproot extends TaprootOutput {
  readonly leaves: readonly ExpandedLeaf[];
}

/** A script of the tree, with what it takes to spend by it. */
export interface ExpandedLeaf extends TapLeafSpend {
  /** The keys that it checks signatures of, in the order of the descriptor. */
  readonly keys: readonly ExpandedKey[];
}

/** The key of an expression at the index of an expansion. */
export type KeyAtIndex = (key: KeyExpression) => ExpandedKey;

/** The output of a `tr` descriptor. */
export function expandTaproot(descriptor: TaprootDescriptor, keyAt: KeyAtIndex): ExpandedTaproot {
  const leaves = descriptor.leaves.map((leaf) => {
    const keys = keysOf(leaf.descriptor).map(keyAt);
    const script = leafScript(
      leaf.descriptor,
      keys.map(({ publicKey }) => xCoordinate(publicKey)),
    );
    return { depth: leaf.depth, keys, script };
  });
  const internalKey = xCoordinate(keyAt(descriptor.internalKey).publicKey);
  const output = taprootOutput(internalKey, treeOf(leaves));
  if (output === undefined) {
    throw new DescriptorError('no-such-key', 'There is no output key for this internal key');
  }
  return {
    ...output,
    leaves: output.leaves.map((leaf, i) => ({ ...leaf, keys: leaves[i]?.keys ?? [] })),
  };
}

/** The x coordinate of a public key in its long or its short form (BIP340). */
export function xCoordinate(publicKey: Uint8Array): Uint8Array {
  return publicKey.subarray(1, 33);
}

/** The tree that has its leaves at these depths: two neighbours of the same depth make a branch. */
function treeOf(
  leaves: readonly { readonly depth: number; readonly script: Uint8Array }[],
): TapTree | undefined {
  const open: { depth: number; tree: TapTree }[] = [];
  for (const { depth, script } of leaves) {
    let last = { depth, tree: { script } as TapTree };
    for (let left = open.at(-1); left?.depth === last.depth; left = open.at(-1)) {
      open.pop();
      last = { depth: last.depth - 1, tree: [left.tree, last.tree] };
    }
    open.push(last);
  }
  return open[0]?.tree;
}
