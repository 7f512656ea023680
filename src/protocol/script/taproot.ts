/**
 * Taproot outputs (BIP341): an internal key, and a tree of scripts that is committed to by tweaking
 * the key. Whoever spends by a script shows it, and the way from its leaf to the root.
 */
import { curve } from '#curve';
import { compareBytes } from '../bytes/compare.ts';
import { concatBytes } from '../bytes/concat.ts';
import { EncodeError } from '../bytes/encode-error.ts';
import { Writer } from '../bytes/writer.ts';
import { taggedHash } from '../crypto/hash.ts';

/** The version of leaves that hold a Tapscript (BIP342). */
export const TAPSCRIPT_LEAF_VERSION = 0xc0;
/** The lowest bit of a control block's first byte is the parity of the output key. */
export const LEAF_VERSION_MASK = 0xfe;
/** The byte that an annex begins with, which no control block and no DER signature does. */
export const ANNEX_TAG = 0x50;
/** The version and the internal key. */
export const CONTROL_BASE_SIZE = 33;
export const CONTROL_NODE_SIZE = 32;
/** How deep a leaf may lie. */
export const MAX_TREE_DEPTH = 128;

/** A script that may spend an output. */
export interface TapLeaf {
  readonly script: Uint8Array;
  /** Even; Tapscript's unless given. */
  readonly version?: number;
}

/** A leaf, or two trees below a branch. */
export type TapTree = TapLeaf | readonly [TapTree, TapTree];

/** What it takes to spend by a certain leaf. */
export interface TapLeafSpend {
  readonly leaf: TapLeaf;
  readonly leafHash: Uint8Array;
  /** The hashes beside the way from the leaf up to the root. */
  readonly path: readonly Uint8Array[];
  /** The last element of the witness. */
  readonly controlBlock: Uint8Array;
}

export interface TaprootOutput {
  readonly internalKey: Uint8Array;
  /** Undefined where there are no scripts. */
  readonly merkleRoot: Uint8Array | undefined;
  /** What the internal key is tweaked by. */
  readonly tweak: Uint8Array;
  /** The 32 bytes of the witness program. */
  readonly outputKey: Uint8Array;
  readonly parity: 0 | 1;
  /** Every leaf, from left to right. */
  readonly leaves: readonly TapLeafSpend[];
}

const hashLeaf = taggedHash('TapLeaf');
const hashBranch = taggedHash('TapBranch');
const hashTweak = taggedHash('TapTweak');

/**
 * The hash of a leaf: of its version, and its script with the length in front.
 *
 * @example
 * tapLeafHash(buildScript(xOnlyKey, opcodes.OP_CHECKSIG))
 */
export function tapLeafHash(script: Uint8Array, version = TAPSCRIPT_LEAF_VERSION): Uint8Array {
  const writer = new Writer(script.length + 10);
  writer.u8(version);
  writer.varBytes(script);
  return hashLeaf(writer.finish());
}

/** The hash of a branch. The lesser of the two goes first, so that a path need not say left or right. */
export function tapBranchHash(a: Uint8Array, b: Uint8Array): Uint8Array {
  return compareBytes(a, b) < 0 ? hashBranch(a, b) : hashBranch(b, a);
}

/** What an internal key is tweaked by, with scripts or without. */
export function tapTweakHash(internalKey: Uint8Array, merkleRoot?: Uint8Array): Uint8Array {
  return merkleRoot === undefined ? hashTweak(internalKey) : hashTweak(internalKey, merkleRoot);
}

/**
 * The output of an internal key and a tree of scripts, with what it takes to spend by each of them.
 * Undefined if the key is not the x coordinate of a point.
 *
 * @example
 * taprootOutput(internalKey, [{ script: alice }, { script: bob }])?.outputKey
 */
export function taprootOutput(internalKey: Uint8Array, tree?: TapTree): TaprootOutput | undefined {
  const root = tree === undefined ? undefined : hashTree(tree, 0);
  const tweak = tapTweakHash(internalKey, root?.hash);
  const tweaked = curve.addToXOnlyKey(internalKey, tweak);
  if (tweaked === undefined) return undefined;
  const { key: outputKey, parity } = tweaked;
  const leaves = (root?.leaves ?? []).map(({ leaf, hash, path }) => ({
    leaf,
    leafHash: hash,
    path,
    controlBlock: controlBlock(internalKey, parity, path, leaf.version),
  }));
  return { internalKey, merkleRoot: root?.hash, tweak, outputKey, parity, leaves };
}

/**
 * The private key that an output with this internal key and root is spent by. Undefined if the
 * internal key is none.
 *
 * @example
 * taprootPrivateKey(internalPrivateKey) // for an output without scripts
 */
export function taprootPrivateKey(
  internalPrivateKey: Uint8Array,
  merkleRoot?: Uint8Array,
): Uint8Array | undefined {
  const publicKey = curve.publicKey(internalPrivateKey);
  if (publicKey === undefined) return undefined;
  // An x-only key stands for the point whose y is even.
  const even = publicKey[0] === 2 ? internalPrivateKey : curve.negatePrivateKey(internalPrivateKey);
  return even && curve.addToPrivateKey(even, tapTweakHash(publicKey.subarray(1), merkleRoot));
}

/** The last element of a witness that spends by a script. */
export function controlBlock(
  internalKey: Uint8Array,
  parity: 0 | 1,
  path: readonly Uint8Array[],
  leafVersion = TAPSCRIPT_LEAF_VERSION,
): Uint8Array {
  return concatBytes(Uint8Array.of(leafVersion | parity), internalKey, ...path);
}

/**
 * Whether an output key is that of the control block's internal key and of a tree with this leaf.
 * The size of the control block has been checked.
 */
export function isCommittedTo(
  outputKey: Uint8Array,
  control: Uint8Array,
  leafHash: Uint8Array,
): boolean {
  const internalKey = control.subarray(1, CONTROL_BASE_SIZE);
  let hash = leafHash;
  for (let at = CONTROL_BASE_SIZE; at < control.length; at += CONTROL_NODE_SIZE) {
    hash = tapBranchHash(hash, control.subarray(at, at + CONTROL_NODE_SIZE));
  }
  const tweaked = curve.addToXOnlyKey(internalKey, tapTweakHash(internalKey, hash));
  if (tweaked === undefined || tweaked.parity !== ((control[0] as number) & 1)) return false;
  return compareBytes(tweaked.key, outputKey) === 0;
}

interface HashedTree {
  readonly hash: Uint8Array;
  readonly leaves: readonly HashedLeaf[];
}

interface HashedLeaf {
  readonly leaf: TapLeaf;
  readonly hash: Uint8Array;
  readonly path: readonly Uint8Array[];
}

function hashTree(tree: TapTree, depth: number): HashedTree {
  if (depth > MAX_TREE_DEPTH) {
    throw new EncodeError(`a tree of scripts deeper than ${MAX_TREE_DEPTH}`);
  }
  if ('script' in tree) {
    const hash = tapLeafHash(tree.script, tree.version);
    return { hash, leaves: [{ leaf: tree, hash, path: [] }] };
  }
  const left = hashTree(tree[0], depth + 1);
  const right = hashTree(tree[1], depth + 1);
  return {
    hash: tapBranchHash(left.hash, right.hash),
    leaves: [...beside(left, right.hash), ...beside(right, left.hash)],
  };
}

function beside({ leaves }: HashedTree, sibling: Uint8Array): readonly HashedLeaf[] {
  return leaves.map((leaf) => ({ ...leaf, path: [...leaf.path, sibling] }));
}
