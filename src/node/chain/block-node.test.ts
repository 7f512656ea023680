import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { sha256d } from '../../protocol/crypto/hash.ts';
import { regtest } from '../../protocol/params/regtest.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import { encodeBlockHeader } from '../../protocol/primitives/block-header.ts';
import type { BlockHash } from '../../protocol/primitives/hashes.ts';
import { ActiveChain, locatorOf } from './active-chain.ts';
import type { BlockNode } from './block-node.ts';
import { HeaderTree, withDescendants } from './header-tree.ts';

const { header } = regtest.genesis;

function newTree(): HeaderTree {
  return new HeaderTree({ header, hash: blockHash(header) }, new SeededEntropy('a tree'));
}

let nonce = 0;

function child(tree: HeaderTree, parent: BlockNode, time = parent.time + 1): BlockNode {
  nonce++;
  const bytes = encodeBlockHeader({ ...header, previousBlockHash: parent.hash, time, nonce });
  return tree.add(bytes, sha256d(bytes) as BlockHash, parent);
}

function branch(tree: HeaderTree, parent: BlockNode, length: number): BlockNode {
  let last = parent;
  for (let i = 0; i < length; i++) last = child(tree, last);
  return last;
}

describe('a node of the tree of headers', () => {
  it('knows its ancestor at every height, as a walk over parents does', () => {
    const tree = newTree();
    const tip = branch(tree, tree.genesis, 300);
    for (let node: BlockNode | undefined = tip; node !== undefined; node = node.parent) {
      expect(tip.ancestor(node.height)).toBe(node);
      expect(node.isAncestorOf(tip)).toBe(true);
    }
    expect(tip.ancestor(301)).toBeUndefined();
    expect(tip.ancestor(-1)).toBeUndefined();
  });

  it('knows the bytes that begin with its header, to the last bit', () => {
    const tree = newTree();
    const node = branch(tree, tree.genesis, 3);
    const bytes = Uint8Array.of(...node.headerBytes, 1, 2, 3);
    expect(node.startsWithHeader(bytes)).toBe(true);
    expect(node.parent?.startsWithHeader(bytes)).toBe(false);
    expect(node.startsWithHeader(bytes.subarray(0, 79))).toBe(false);
    for (let bit = 0; bit < 640; bit++) {
      const changed = bytes.slice();
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(node.startsWithHeader(changed)).toBe(false);
    }
  });

  it('finds where it leaves another branch, as a walk over parents does', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 2, maxLength: 80 }), (parents) => {
        const tree = newTree();
        const nodes = [tree.genesis];
        for (const pick of parents)
          nodes.push(child(tree, nodes[pick % nodes.length] as BlockNode));
        const [a, b] = nodes.slice(-2) as [BlockNode, BlockNode];
        const onA = new Set<BlockNode>();
        for (let node: BlockNode | undefined = a; node; node = node.parent) onA.add(node);
        let fork = b;
        while (!onA.has(fork)) fork = fork.parent as BlockNode;
        expect(a.forkWith(b)).toBe(fork);
        expect(b.forkWith(a)).toBe(fork);
      }),
    );
  });

  it('gives back the header and the hash that it was made from', () => {
    const tree = newTree();
    const made = { ...header, previousBlockHash: tree.genesis.hash, version: -3, time: 0xfedcba98 };
    const node = tree.add(encodeBlockHeader(made), blockHash(made), tree.genesis);
    expect(node.header).toEqual(made);
    expect(node.hash).toEqual(blockHash(made));
    expect([node.version, node.time, node.bits]).toEqual([-3, 0xfedcba98, 0x207fffff]);
    expect(tree.find(node.hash)).toBe(node);
    expect(tree.find(new Uint8Array(32))).toBeUndefined();
  });

  it('adds up the work of its branch, two hashes a block on the easiest target', () => {
    const tree = newTree();
    expect(branch(tree, tree.genesis, 9).chainWork).toBe(20n);
  });

  it('has the median of eleven times, or of fewer near the first block', () => {
    const tree = newTree();
    const first = child(tree, tree.genesis, 5_000_000_000 % 2 ** 32);
    expect(first.medianTimePast).toBe(header.time);
    let last = tree.genesis;
    for (const time of [9, 1, 8, 2, 7, 3, 6, 4, 5, 10, 11]) last = child(tree, last, time);
    expect(last.medianTimePast).toBe(6);
  });
});

describe('the tree of headers', () => {
  it('gives descendants after their parents', () => {
    const tree = newTree();
    const fork = branch(tree, tree.genesis, 3);
    branch(tree, fork, 2);
    branch(tree, fork, 4);
    const seen = new Set<BlockNode>();
    for (const node of withDescendants(fork)) {
      expect(node === fork || seen.has(node.parent as BlockNode)).toBe(true);
      seen.add(node);
    }
    expect(seen.size).toBe(7);
    expect([...tree]).toHaveLength(10);
  });
});

describe('the branch that is followed', () => {
  it('goes over to another one, shorter or longer', () => {
    const tree = newTree();
    const active = new ActiveChain(tree.genesis);
    const fork = branch(tree, tree.genesis, 5);
    const long = branch(tree, fork, 20);
    const short = branch(tree, fork, 2);
    for (const tip of [long, short, fork, long, tree.genesis]) {
      active.setTip(tip);
      expect(active.tip).toBe(tip);
      expect(active.at(tip.height + 1)).toBeUndefined();
      for (let node: BlockNode | undefined = tip; node; node = node.parent) {
        expect(active.at(node.height)).toBe(node);
      }
    }
    active.setTip(short);
    expect(active.contains(long)).toBe(false);
    expect(active.next(fork)?.isAncestorOf(short)).toBe(true);
    expect(active.next(long)).toBeUndefined();
    expect(active.forkWith(long)).toBe(fork);
  });

  it('is named by the last blocks one by one, then in steps that double, and the first', () => {
    const tree = newTree();
    const tip = branch(tree, tree.genesis, 100);
    const heights = locatorOf(tip).map((hash) => tree.find(hash)?.height);
    expect(heights).toEqual([
      100, 99, 98, 97, 96, 95, 94, 93, 92, 91, 90, 89, 87, 83, 75, 59, 27, 0,
    ]);
    expect(locatorOf(tree.genesis)).toEqual([tree.genesis.hash]);
  });
});
