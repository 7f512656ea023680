/** Spends of Taproot outputs (BIP341): by the key if that is to be had, else by the leaf that takes the least room. */
import { compactSizeLength } from '../../bytes/compact-size.ts';
import { compareBytes, equalBytes } from '../../bytes/compare.ts';
import { concatBytes } from '../../bytes/concat.ts';
import { hash160 } from '../../crypto/hash.ts';
import { readMultiA } from '../descriptor/leaf-script.ts';
import { decompileMiniscript } from '../miniscript/decompile-miniscript.ts';
import { opcodes } from '../opcodes.ts';
import { TAPSCRIPT_LEAF_VERSION, tapLeafHash } from '../taproot.ts';
import { solveScript } from '../templates.ts';
import { satisfyMiniscript } from './satisfy-miniscript.ts';
import type { SignatureCreator } from './signature-creator.ts';
import type { SignatureData, TapLeafScript } from './signature-data.ts';
import { byXOnlyKey, type SigningProvider } from './signing-provider.ts';

/** `<key> OP_CHECKSIG`. */
const PK_LEAF_LENGTH = 34;
const EMPTY = new Uint8Array(0);
/** Stands for a key that nobody has told, as in Bitcoin Core: it is no point of the curve. */
const NO_KEY = new Uint8Array(32);

/**
 * The witness for a Taproot output. What is found out on the way stays in `data`, whether or not there is
 * one in the end.
 */
export function signTaproot(
  provider: SigningProvider,
  creator: SignatureCreator,
  outputKey: Uint8Array,
  data: SignatureData,
): readonly Uint8Array[] | undefined {
  learnSolution(provider, outputKey, data);
  const { taproot } = data;
  const internalKey = taproot.internalKey ?? NO_KEY;
  noteKeyPath(provider, internalKey, undefined, data);
  taproot.keySignature ??=
    creator.schnorr(provider, internalKey, {
      kind: 'tweaked-key',
      merkleRoot: taproot.merkleRoot,
    }) ?? creator.schnorr(provider, outputKey, { kind: 'output-key' });
  if (taproot.keySignature !== undefined) return [taproot.keySignature];

  let smallest: readonly Uint8Array[] | undefined;
  for (const leaf of taproot.scripts) {
    const stack = signLeaf(provider, creator, leaf, data);
    if (stack === undefined) continue;
    const witness = [...stack, leaf.script, leaf.controlBlocks[0] as Uint8Array];
    if (smallest === undefined || witnessSize(witness) < witnessSize(smallest)) smallest = witness;
  }
  return smallest;
}

function learnSolution(
  provider: SigningProvider,
  outputKey: Uint8Array,
  { taproot }: SignatureData,
): void {
  const solution = provider.taproot(outputKey);
  if (solution === undefined) return;
  taproot.internalKey ??= solution.internalKey;
  taproot.merkleRoot ??= solution.merkleRoot;
  taproot.tree = solution.leaves;
  taproot.scripts = mergeLeafScripts([
    ...taproot.scripts,
    ...solution.leaves.map(({ leaf, controlBlock }) => ({
      script: leaf.script,
      version: leaf.version ?? TAPSCRIPT_LEAF_VERSION,
      controlBlocks: [controlBlock],
    })),
  ]);
}

/** Leaves in the order of their scripts; control blocks of the same leaf are put together. */
export function mergeLeafScripts(leaves: readonly TapLeafScript[]): readonly TapLeafScript[] {
  const groups: TapLeafScript[][] = [];
  for (const leaf of leaves.toSorted(compareLeaves)) {
    const last = groups.at(-1);
    if (last !== undefined && compareLeaves(last[0] as TapLeafScript, leaf) === 0) last.push(leaf);
    else groups.push([leaf]);
  }
  return groups.map((group) => ({
    ...(group[0] as TapLeafScript),
    controlBlocks: inOrder(group.flatMap(({ controlBlocks }) => controlBlocks)),
  }));
}

/** The shortest first, and none twice. */
function inOrder(blocks: readonly Uint8Array[]): readonly Uint8Array[] {
  const sorted = blocks.toSorted(shortestFirst);
  return sorted.filter(
    (block, i) => i === 0 || shortestFirst(block, sorted[i - 1] as Uint8Array) !== 0,
  );
}

/** By script, then by version. */
export function compareLeaves(a: TapLeafScript, b: TapLeafScript): number {
  return compareBytes(a.script, b.script) || a.version - b.version;
}

function shortestFirst(a: Uint8Array, b: Uint8Array): number {
  return a.length - b.length || compareBytes(a, b);
}

/** Remembers where a key comes from, and that a leaf has it. */
function noteKeyPath(
  provider: SigningProvider,
  key: Uint8Array,
  leafHash: Uint8Array | undefined,
  { taproot }: SignatureData,
): void {
  const origin = byXOnlyKey(key, (hash) => provider.keyOrigin(hash));
  if (origin === undefined) return;
  const known = taproot.keyPaths.get(key);
  const leafHashes = known?.leafHashes ?? [];
  const isNew = leafHash !== undefined && !leafHashes.some((hash) => equalBytes(hash, leafHash));
  taproot.keyPaths.set(key, {
    key,
    origin: known?.origin ?? origin,
    leafHashes: isNew ? [...leafHashes, leafHash].sort(compareBytes) : leafHashes,
  });
}

/** What a leaf's script wants to find on the stack; undefined where it cannot be had. */
function signLeaf(
  provider: SigningProvider,
  creator: SignatureCreator,
  { script, version }: TapLeafScript,
  data: SignatureData,
): readonly Uint8Array[] | undefined {
  if (version !== TAPSCRIPT_LEAF_VERSION) return undefined;
  const leafHash = tapLeafHash(script, version);
  const sign = (key: Uint8Array) => leafSignature(provider, creator, key, leafHash, data);

  if (script.length === PK_LEAF_LENGTH && script[0] === 32 && script[33] === opcodes.OP_CHECKSIG) {
    const signature = sign(script.subarray(1, 33));
    return signature && [signature];
  }
  const form = solveScript(script);
  if (form.kind === 'pubkeyhash') {
    const key = tapKeyOfHash(provider, form.hash, data);
    const signature = key && sign(key);
    return key && signature && [signature, key];
  }
  const multiA = readMultiA(script);
  if (multiA !== undefined) return signMultiA(multiA.threshold, multiA.keys, sign);
  const root = decompileMiniscript(script, 'tr', {
    byBytes: (key) => key,
    byHash: (hash) => {
      const key = tapKeyOfHash(provider, hash, data);
      if (key === undefined) data.missing.keys.push(hash);
      return key;
    },
  });
  return (
    root &&
    satisfyMiniscript(root, {
      signature: sign,
      preimage: (kind, hash) => data.preimages[kind].get(hash),
      older: (age) => creator.older(age),
      after: (time) => creator.after(time),
    })
  );
}

/** The key of the last one checks the signature that lies deepest. Not one more than needed is shown. */
function signMultiA(
  threshold: number,
  keys: readonly Uint8Array[],
  sign: (key: Uint8Array) => Uint8Array | undefined,
): readonly Uint8Array[] | undefined {
  let count = 0;
  const stack = keys.toReversed().map((key) => {
    // All that can be made are made: others may need them.
    const signature = sign(key);
    if (signature === undefined || count === threshold) return EMPTY;
    count++;
    return signature;
  });
  return count === threshold ? stack : undefined;
}

function leafSignature(
  provider: SigningProvider,
  creator: SignatureCreator,
  key: Uint8Array,
  leafHash: Uint8Array,
  data: SignatureData,
): Uint8Array | undefined {
  noteKeyPath(provider, key, leafHash, data);
  const signatures = data.taproot.scriptSignatures;
  const name = concatBytes(key, leafHash);
  const known = signatures.get(name);
  if (known !== undefined) return known.signature;
  const signature = creator.schnorr(provider, key, { kind: 'leaf', leafHash });
  if (signature !== undefined) signatures.set(name, { key, leafHash, signature });
  return signature;
}

/** The x-only key whose hash a leaf asks for, among those that are known. */
function tapKeyOfHash(
  provider: SigningProvider,
  hash: Uint8Array,
  { taproot }: SignatureData,
): Uint8Array | undefined {
  for (const key of taproot.keyPaths.keys()) if (equalBytes(hash160(key), hash)) return key;
  return provider.publicKey(hash)?.subarray(1, 33);
}

function witnessSize(witness: readonly Uint8Array[]): number {
  let size: number = compactSizeLength(witness.length);
  for (const { length } of witness) size += compactSizeLength(length) + length;
  return size;
}
