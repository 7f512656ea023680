/**
 * Proofs that transactions are in a block: the part of its Merkle tree that leads from them to the root
 * (BIP37). `merkleblock` sends them, and `gettxoutproof` shows them.
 */
import { equalBytes } from '../bytes/compare.ts';
import { concatBytes } from '../bytes/concat.ts';
import { sha256d } from '../crypto/hash.ts';
import type { Txid } from './hashes.ts';

/**
 * A walk through the tree, from the root to the left. Where nothing below is to be proven, and at every
 * leaf, there is a hash; everywhere there is a bit, set where something below is proven.
 */
export interface PartialMerkleTree {
  readonly transactionCount: number;
  readonly hashes: readonly Uint8Array[];
  /** The bits, the lowest of each byte first. */
  readonly flags: Uint8Array;
}

export interface ProvenTransactions {
  /** Compare it with the header's: without that, nothing is proven. */
  readonly root: Uint8Array;
  readonly matches: readonly ProvenTransaction[];
}

export interface ProvenTransaction {
  readonly txid: Txid;
  /** Its position in the block. */
  readonly index: number;
}

/** A block's weight divided by that of the smallest transaction: there are never more. */
const MAX_TRANSACTIONS = Math.floor(4_000_000 / 240);

/**
 * Proves some of a block's transactions.
 *
 * @example
 * partialMerkleTree(block.transactions.map(txid), (index) => index === 3)
 */
export function partialMerkleTree(
  txids: readonly Txid[],
  isProven: (index: number) => boolean,
): PartialMerkleTree {
  const rows: (readonly Uint8Array[])[] = [txids];
  const provenRows: (readonly boolean[])[] = [txids.map((_, index) => isProven(index))];
  for (let row: readonly Uint8Array[] = txids; row.length > 1; rows.push(row)) {
    provenRows.push(pairs(provenRows.at(-1) as readonly boolean[], (a, b) => a || b));
    row = pairs(row, (left, right) => sha256d(concatBytes(left, right)));
  }
  const hashes: Uint8Array[] = [];
  const bits: boolean[] = [];
  const walk = (height: number, position: number): void => {
    const proven = provenRows[height]?.[position] ?? false;
    bits.push(proven);
    if (height === 0 || !proven) {
      hashes.push(rows[height]?.[position] as Uint8Array);
      return;
    }
    walk(height - 1, 2 * position);
    if (2 * position + 1 < (rows[height - 1]?.length ?? 0)) walk(height - 1, 2 * position + 1);
  };
  if (txids.length > 0) walk(rows.length - 1, 0);
  return { transactionCount: txids.length, hashes, flags: packBits(bits) };
}

/** The row above a row. One of odd length repeats its last entry. */
function pairs<T>(row: readonly T[], join: (left: T, right: T) => T): readonly T[] {
  const above: T[] = [];
  for (let i = 0; i < row.length; i += 2) {
    const left = row[i] as T;
    above.push(join(left, row[i + 1] ?? left));
  }
  return above;
}

function packBits(bits: readonly boolean[]): Uint8Array {
  const packed = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, i) => {
    if (bit) packed[i >>> 3] = (packed[i >>> 3] as number) | (1 << (i & 7));
  });
  return packed;
}

/** What a walk has used up so far. */
interface Walk {
  readonly tree: PartialMerkleTree;
  readonly matches: ProvenTransaction[];
  bits: number;
  hashes: number;
}

/**
 * What a proof proves; undefined if it is not one. There is one proof of the same transactions only:
 * whatever is left over, and a pair of the same hashes (CVE-2012-2459), make it none.
 *
 * @example
 * const proven = extractPartialMerkleTree(message);
 * if (proven !== undefined && equalBytes(proven.root, message.header.merkleRoot)) …
 */
export function extractPartialMerkleTree(tree: PartialMerkleTree): ProvenTransactions | undefined {
  const { transactionCount, hashes, flags } = tree;
  if (transactionCount === 0 || transactionCount > MAX_TRANSACTIONS) return undefined;
  if (hashes.length > transactionCount || flags.length * 8 < hashes.length) return undefined;
  let height = 0;
  while (rowLength(transactionCount, height) > 1) height++;
  const walk: Walk = { tree, matches: [], bits: 0, hashes: 0 };
  const root = extract(walk, height, 0);
  if (root === undefined) return undefined;
  // The bits fill bytes, so up to seven stand for nothing.
  if (Math.ceil(walk.bits / 8) !== flags.length || walk.hashes !== hashes.length) return undefined;
  return { root, matches: walk.matches };
}

/** How many nodes the tree has, so high above the leaves. */
function rowLength(leaves: number, height: number): number {
  return Math.ceil(leaves / 2 ** height);
}

/** The hash of a node; undefined if the walk goes wrong below it. */
function extract(walk: Walk, height: number, position: number): Uint8Array | undefined {
  const { flags, hashes, transactionCount } = walk.tree;
  const bit = walk.bits++;
  if (bit >= flags.length * 8) return undefined;
  const proven = (((flags[bit >>> 3] as number) >>> (bit & 7)) & 1) === 1;
  if (height === 0 || !proven) {
    const hash = hashes[walk.hashes++];
    if (hash !== undefined && proven) walk.matches.push({ txid: hash as Txid, index: position });
    return hash;
  }
  const left = extract(walk, height - 1, 2 * position);
  if (left === undefined) return undefined;
  const rightPosition = 2 * position + 1;
  if (rightPosition >= rowLength(transactionCount, height - 1)) {
    return sha256d(concatBytes(left, left));
  }
  const right = extract(walk, height - 1, rightPosition);
  if (right === undefined || equalBytes(left, right)) return undefined;
  return sha256d(concatBytes(left, right));
}
