/**
 * The Merkle tree of a block's transactions, in two flavours: over ids, for the header; over hashes
 * with witnesses, for the commitment in the coinbase (BIP141).
 */
import { equalBytes } from '../bytes/compare.ts';
import { sha256d } from '../crypto/hash.ts';
import type { Block } from './block.ts';
import { ZERO_HASH } from './hashes.ts';
import { txid, wtxid } from './transaction-id.ts';

export interface MerkleRoot {
  readonly root: Uint8Array;
  /**
   * Whether two neighbours were the same. A row of odd length repeats its last entry, so that a
   * list of transactions and the same list with its end repeated have one root (CVE-2012-2459). A
   * block with such a list is not the block that was mined, and says nothing about it.
   */
  readonly mutated: boolean;
}

/** Two hashes side by side. One array for all: a new one each time would take as long as its hash. */
const pair = new Uint8Array(64);

/**
 * The root of a Merkle tree with these leaves; all zeros if there are none.
 *
 * @example
 * merkleRoot(block.transactions.map(txid)).root
 */
export function merkleRoot(leaves: readonly Uint8Array[]): MerkleRoot {
  let row: readonly Uint8Array[] = leaves;
  let mutated = false;
  while (row.length > 1) {
    const parents: Uint8Array[] = [];
    for (let i = 0; i < row.length; i += 2) {
      const left = row[i] as Uint8Array;
      const right = row[i + 1];
      if (right !== undefined && equalBytes(left, right)) mutated = true;
      pair.set(left);
      pair.set(right ?? left, left.length);
      parents.push(sha256d(pair));
    }
    row = parents;
  }
  return { root: row[0] ?? ZERO_HASH, mutated };
}

/** The root that belongs in the header of a block. */
export function blockMerkleRoot(block: Block): MerkleRoot {
  return merkleRoot(block.transactions.map(txid));
}

/** The root that the witness commitment is made of. The coinbase, which holds it, counts as zeros. */
export function witnessMerkleRoot(block: Block): Uint8Array {
  return merkleRoot(block.transactions.map((tx, i) => (i === 0 ? ZERO_HASH : wtxid(tx)))).root;
}
