import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../crypto/hash.ts';
import type { Txid } from './hashes.ts';
import { merkleRoot } from './merkle-tree.ts';
import {
  extractPartialMerkleTree,
  type PartialMerkleTree,
  partialMerkleTree,
} from './partial-merkle-tree.ts';

function ids(count: number): readonly Txid[] {
  return Array.from({ length: count }, (_, i) => sha256(Uint8Array.of(i, i >> 8)) as Txid);
}

const txids = ids(7);
const tree = partialMerkleTree(txids, (index) => index === 2 || index === 6);

describe('a partial Merkle tree', () => {
  it('proves exactly what was asked for, against the root of all', () => {
    const cases = fc.integer({ min: 1, max: 70 }).chain((count) =>
      fc.record({
        count: fc.constant(count),
        chosen: fc.array(fc.boolean(), { minLength: count, maxLength: count }),
      }),
    );
    fc.assert(
      fc.property(cases, ({ count, chosen }) => {
        const all = ids(count);
        const proof = partialMerkleTree(all, (index) => chosen[index] === true);
        const proven = extractPartialMerkleTree(proof);
        expect(proven?.root).toEqual(merkleRoot(all).root);
        const expected = all
          .map((txid, index) => ({ txid, index }))
          .filter(({ index }) => chosen[index] === true);
        expect(proven?.matches).toEqual(expected);
      }),
    );
  });

  it('of one transaction is its id', () => {
    const [only] = ids(1) as [Txid];
    const proof = partialMerkleTree([only], () => true);
    expect(proof).toEqual({ transactionCount: 1, hashes: [only], flags: Uint8Array.of(1) });
  });

  it('grows with what it proves, and not with the block', () => {
    const proof = partialMerkleTree(ids(1024), (index) => index === 500);
    expect(proof.hashes).toHaveLength(11);
    expect(proof.flags).toHaveLength(3);
  });

  it('that was changed proves something else, or nothing', () => {
    const { root } = extractPartialMerkleTree(tree) ?? never();
    const changes = fc.record({ hash: fc.nat(), byte: fc.nat(31), bit: fc.nat(7) });
    fc.assert(
      fc.property(changes, ({ hash, byte, bit }) => {
        const hashes = tree.hashes.map((one) => one.slice());
        const changed = hashes[hash % hashes.length] as Uint8Array;
        changed[byte] = (changed[byte] as number) ^ (1 << bit);
        expect(extractPartialMerkleTree({ ...tree, hashes })?.root).not.toEqual(root);
      }),
    );
  });
});

describe('what is no proof', () => {
  const refused: readonly (readonly [string, PartialMerkleTree])[] = [
    ['no transactions', { transactionCount: 0, hashes: [], flags: new Uint8Array(0) }],
    ['more transactions than a block holds', { ...tree, transactionCount: 16_667 }],
    ['more hashes than transactions', { ...tree, transactionCount: tree.hashes.length - 1 }],
    ['fewer bits than hashes', { ...tree, flags: new Uint8Array(0) }],
    ['a hash too many', { ...tree, hashes: [...tree.hashes, tree.hashes[0] as Uint8Array] }],
    ['a hash too few', { ...tree, hashes: tree.hashes.slice(1) }],
    ['a byte of bits too many', { ...tree, flags: Uint8Array.of(...tree.flags, 0) }],
    ['bits that end early', { ...tree, flags: tree.flags.subarray(0, tree.flags.length - 1) }],
  ];

  it.each(refused)('%s', (_why, proof) => {
    expect(extractPartialMerkleTree(proof)).toBeUndefined();
  });

  it('two neighbours that are the same (CVE-2012-2459)', () => {
    const [a, b, c] = ids(3) as [Txid, Txid, Txid];
    expect(extractPartialMerkleTree(partialMerkleTree([a, b, c], (i) => i === 2))).toBeDefined();
    const repeated = partialMerkleTree([a, b, c, c], (i) => i === 2);
    expect(extractPartialMerkleTree(repeated)).toBeUndefined();
  });

  it('16,666 transactions are not too many', () => {
    const proof = partialMerkleTree(ids(16_666), (index) => index === 16_665);
    expect(extractPartialMerkleTree(proof)?.matches).toHaveLength(1);
  });
});

function never(): never {
  throw new Error('a proof of this test is none');
}
