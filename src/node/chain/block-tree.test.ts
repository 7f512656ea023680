import { describe, expect, it } from 'vitest';
import {
  blockOn,
  blocksOn,
  genesis,
  type MadeBlock,
  quickRegtest,
} from '../../../test/fixtures/block-maker.ts';
import { mineHeader } from '../../../test/fixtures/regtest-blocks.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import { RuleError } from '../../protocol/consensus/rule-error.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import type { BlockNode } from './block-node.ts';
import { BlockTree } from './block-tree.ts';
import { compareBranches } from './branch-candidates.ts';

const NOW = quickRegtest.genesis.header.time + 10_000;
const failure = new RuleError('some rule', 'invalid');

/** A tree that has its first block. */
function newTree(params: ChainParams = quickRegtest): BlockTree {
  const tree = new BlockTree(params, new SeededEntropy('a tree of blocks'));
  tree.bodyArrived(tree.headers.genesis, 1);
  tree.finishLoading(tree.headers.genesis);
  return tree;
}

function addHeaders(tree: BlockTree, blocks: readonly MadeBlock[]): readonly BlockNode[] {
  return blocks.map(({ block }) => tree.acceptHeader(block.header, NOW).node);
}

function reasonFor(tree: BlockTree, { block }: MadeBlock): string {
  try {
    tree.acceptHeader(block.header, NOW);
    return 'ok';
  } catch (error) {
    if (error instanceof RuleError) return error.code;
    throw error;
  }
}

describe('the tree of blocks', () => {
  it('refuses headers for the reasons that Core gives', () => {
    const tree = newTree();
    const [one, two, three] = blocksOn(genesis, 3) as [MadeBlock, MadeBlock, MadeBlock];
    expect(reasonFor(tree, two)).toBe('prev-blk-not-found');
    expect(reasonFor(tree, one)).toBe('ok');
    expect(reasonFor(tree, one)).toBe('ok');
    const [first] = addHeaders(tree, [one]) as [BlockNode];
    tree.fail(first, failure);
    expect(reasonFor(tree, one)).toBe('duplicate-invalid');
    expect(reasonFor(tree, two)).toBe('bad-prevblk');
    tree.forgive(first);
    expect([two, three].map((block) => reasonFor(tree, block))).toEqual(['ok', 'ok']);
    const { header } = three.block;
    const cheap = { ...header, bits: header.bits - 1 };
    const easy = { ...three, block: { ...three.block, header: mineHeader(cheap) } };
    expect(reasonFor(tree, easy)).toBe('bad-diffbits');
  });

  it('follows no branch that leaves the chain before the last checkpoint that it has', () => {
    const blocks = blocksOn(genesis, 4);
    const { hash, height } = blocks[2] as MadeBlock;
    const checkpoints = [{ height, blockHash: toReversedHex(hash) }];
    const consensus = { ...quickRegtest.consensus, checkpoints };
    const tree = newTree({ ...quickRegtest, consensus });
    const [one, two] = blocks as [MadeBlock, MadeBlock];
    const other = blockOn(one, { extra: 1 });
    const another = blockOn(one, { extra: 2 });
    addHeaders(tree, [one, two]);
    expect(reasonFor(tree, other)).toBe('ok');
    addHeaders(tree, blocks);
    expect(reasonFor(tree, another)).toBe('bad-fork-prior-to-checkpoint');
    expect(reasonFor(tree, blockOn(blocks[2] as MadeBlock, { extra: 3 }))).toBe('ok');
  });

  it('knows candidates only where all bodies are there, in whatever order they come', () => {
    const tree = newTree();
    const nodes = addHeaders(tree, blocksOn(genesis, 5));
    const [one, two, three, four] = nodes as [BlockNode, BlockNode, BlockNode, BlockNode];
    tree.bodyArrived(two, 3);
    tree.bodyArrived(four, 2);
    expect(tree.candidates.best).toBe(tree.headers.genesis);
    tree.bodyArrived(one, 1);
    expect(tree.candidates.best).toBe(two);
    expect([one, two, four].map((node) => node.chainTransactionCount)).toEqual([2, 5, 0]);
    tree.bodyArrived(three, 1);
    expect(tree.candidates.best).toBe(four);
    expect(four.chainTransactionCount).toBe(8);
  });

  it('marks what builds on a failed block, and the best branch of headers is another one', () => {
    const tree = newTree();
    const long = addHeaders(tree, blocksOn(genesis, 5, 1));
    const short = addHeaders(tree, blocksOn(genesis, 3, 2));
    for (const node of [...long, ...short]) tree.bodyArrived(node, 1);
    expect(tree.bestHeader).toBe(long[4]);
    tree.fail(long[1] as BlockNode, failure);
    expect(long.map(({ isFailed }) => isFailed)).toEqual([false, true, true, true, true]);
    expect(tree.failureOf(long[4] as BlockNode)).toBe(failure);
    expect(tree.failureOf(long[0] as BlockNode)).toBeUndefined();
    expect(tree.bestHeader).toBe(short[2]);
    expect(tree.candidates.best).toBe(short[2]);
    tree.forgive(long[3] as BlockNode);
    expect(long.map(({ isFailed }) => isFailed)).toEqual(Array(5).fill(false));
    expect(tree.bestHeader).toBe(long[4]);
    expect(tree.candidates.best).toBe(long[4]);
  });

  it('orders branches by work, then by arrival', () => {
    const tree = newTree();
    const [a, b] = addHeaders(tree, [
      blockOn(genesis, { extra: 1 }),
      blockOn(genesis, { extra: 2 }),
    ]) as [BlockNode, BlockNode];
    const [c] = addHeaders(tree, [blockOn(blockOn(genesis, { extra: 2 }))]) as [BlockNode];
    for (const node of [b, a, c]) tree.bodyArrived(node, 1);
    expect([a, b, c].sort(compareBranches)).toEqual([a, b, c]);
    tree.prefer(a);
    expect([a, b, c].sort(compareBranches)).toEqual([b, a, c]);
  });
});
