import { describe, expect, it } from 'vitest';
import { VectorFolder } from '../../../../test/conformance/vector-check.ts';
import { GrowingChain } from '../../../../test/fixtures/growing-chain.ts';
import { fromHex, toHex } from '../../../protocol/bytes/hex.ts';
import { blockHash } from '../../../protocol/primitives/block-hash.ts';
import type { BlockHash } from '../../../protocol/primitives/hashes.ts';
import { type Command, decodePayload, type MessageOf } from '../../../protocol/wire/message.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import { locatorAfter, locatorOf } from './locator.ts';

/** A branch of so many blocks. */
function branch(length: number): readonly BlockNode[] {
  const chain = new GrowingChain();
  const nodes = [chain.tip];
  for (let i = 0; i < length; i++) nodes.push(chain.grow(nodes.at(-1) as BlockNode));
  return nodes;
}

/** What a locator names, given the hashes of a chain from the first on. */
function heightsOf(
  locator: readonly BlockHash[],
  hashes: readonly Uint8Array[],
): readonly (number | undefined)[] {
  const heights = new Map(hashes.map((hash, height) => [toHex(hash), height]));
  return locator.map((hash) => heights.get(toHex(hash)));
}

describe('locatorOf', () => {
  it('names blocks one by one, then at distances that double, and the first', () => {
    const nodes = branch(109);
    const heights = heightsOf(
      locatorOf(nodes[109] as BlockNode),
      nodes.map(({ hash }) => hash),
    );
    const dense = [109, 108, 107, 106, 105, 104, 103, 102, 101, 100, 99];
    expect(heights).toEqual([...dense, 98, 96, 92, 84, 68, 36, 0]);
  });

  it('ends with the first block, wherever it begins', () => {
    const nodes = branch(40);
    const hashes = nodes.map(({ hash }) => hash);
    for (const node of nodes) {
      const heights = heightsOf(locatorOf(node), hashes);
      expect(heights[0]).toBe(node.height);
      expect(heights.at(-1)).toBe(0);
      expect(new Set(heights).size).toBe(heights.length);
    }
  });
});

describe('locatorAfter', () => {
  it('names what locatorOf names, once the headers are stored', () => {
    const nodes = branch(109);
    for (const count of [0, 1, 5, 10, 11, 60, 109]) {
      const start = nodes[109 - count] as BlockNode;
      const headers = nodes.slice(110 - count).map(({ header }) => header);
      expect(locatorAfter(start, headers)).toEqual(locatorOf(nodes[109] as BlockNode));
    }
  });
});

const vectors = VectorFolder.find();
if (vectors === undefined) console.log('skipped: the recorded session, for want of its file');

describe.skipIf(vectors === undefined)('the recorded session of Bitcoin Core', () => {
  it('begins with a locator of the same heights', () => {
    const lines = vectors?.text('p2p/core-session.jsonl').trim().split('\n') ?? [];
    const received = lines.map((line) => JSON.parse(line) as { recv?: string; payload: string });
    const all = <C extends Command>(command: C): readonly MessageOf<C>[] =>
      received
        .filter(({ recv }) => recv === command)
        .map(({ payload }) => decodePayload(command, fromHex(payload)) as MessageOf<C>);
    const [{ locator }] = all('getheaders') as [MessageOf<'getheaders'>];
    const [{ headers }] = all('headers') as [MessageOf<'headers'>];
    const first = headers[0]?.previousBlockHash as BlockHash;
    const hashes = [first, ...headers.map(blockHash)];
    const nodes = branch(hashes.length - 1);
    // From the block before its best header on.
    const ours = locatorOf(nodes.at(-2) as BlockNode);
    expect(heightsOf(locator, hashes)).toEqual(
      heightsOf(
        ours,
        nodes.map(({ hash }) => hash),
      ),
    );
  });
});
