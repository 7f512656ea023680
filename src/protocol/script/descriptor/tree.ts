/** `tr`: an internal key, and perhaps a tree of scripts in curly brackets (BIP386). */
import { MAX_TREE_DEPTH } from '../taproot.ts';
import type {
  Descriptor,
  DescriptorLeaf,
  LeafDescriptor,
  TaprootDescriptor,
} from './descriptor.ts';
import { DescriptorError } from './descriptor-error.ts';
import { cutExpression } from './expression.ts';
import { type KeyContext, readKeys } from './key-expression.ts';
import { countAlternatives, partsByAlternative } from './multipath.ts';

/** What reads a leaf: the whole grammar, which knows what may stand in a tree. */
export type LeafReader = (expression: string) => readonly Descriptor[];

type LeafAlternatives = readonly DescriptorLeaf[];

/**
 * The arguments of `tr`: `KEY` or `KEY,TREE`.
 *
 * @example
 * readTaproot('A,{pk(B),pk(C)}', context, readLeaf) // leaves of depth 1 and 1
 */
export function readTaproot(
  args: string,
  context: KeyContext,
  readLeaf: LeafReader,
): readonly TaprootDescriptor[] {
  const { head, rest } = cutExpression(args);
  const internalKeys = readKeys(head, context);
  if (rest !== '' && !rest.startsWith(',')) {
    throw treeError(`tr: expected ',', got '${rest[0]}'`);
  }
  const leaves = rest === '' ? [] : readTree(rest.slice(1), readLeaf);
  const count = countAlternatives([internalKeys, ...leaves]);
  const leavesOf = partsByAlternative(
    leaves,
    count,
    'tr(): Multipath subscripts have mismatched lengths',
  );
  const keysOf = partsByAlternative(
    [internalKeys],
    count,
    'tr(): Multipath internal key mismatches multipath subscripts lengths',
  );
  return keysOf.flatMap(([internalKey], alternative) =>
    internalKey === undefined
      ? []
      : [{ kind: 'tr', internalKey, leaves: leavesOf[alternative] ?? [] }],
  );
}

/**
 * The leaves of a tree, from left to right. A loop and no recursion: the text decides how deep the
 * tree goes. `branches` is the way from the root down to here, false for left and true for right.
 */
function readTree(text: string, readLeaf: LeafReader): readonly LeafAlternatives[] {
  const leaves: LeafAlternatives[] = [];
  const branches: boolean[] = [];
  let left = text;
  do {
    while (left.startsWith('{')) {
      branches.push(false);
      left = left.slice(1);
      if (branches.length > MAX_TREE_DEPTH) {
        throw treeError(`tr() supports at most ${MAX_TREE_DEPTH} nesting levels`);
      }
    }
    const { head, rest } = cutExpression(left);
    const depth = branches.length;
    leaves.push(readLeaf(head).map((descriptor) => ({ depth, descriptor: asLeaf(descriptor) })));
    left = closeBranches(rest, branches);
  } while (branches.length > 0);
  if (left !== '') throw treeError("tr(): expected ')' after script expression");
  return leaves;
}

/** Leaves all branches that end behind a script, and goes over to the right side of the next one. */
function closeBranches(text: string, branches: boolean[]): string {
  let left = text;
  while (branches.at(-1) === true) {
    if (!left.startsWith('}')) throw treeError("tr(): expected '}' after script expression");
    left = left.slice(1);
    branches.pop();
  }
  if (branches.length === 0) return left;
  if (!left.startsWith(',')) throw treeError("tr(): expected ',' after script expression");
  branches[branches.length - 1] = true;
  return left.slice(1);
}

/** The grammar lets no other kinds into a tree. */
function asLeaf(descriptor: Descriptor): LeafDescriptor {
  switch (descriptor.kind) {
    case 'pk':
    case 'pkh':
    case 'multi_a':
    case 'sortedmulti_a':
    case 'miniscript':
      return descriptor as LeafDescriptor;
    default:
      throw new DescriptorError(
        'misplaced-function',
        `${descriptor.kind}() cannot be a leaf of tr()`,
      );
  }
}

function treeError(message: string): DescriptorError {
  return new DescriptorError('bad-tree', message);
}
