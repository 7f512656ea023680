import { afterEach, describe, expect, it } from 'vitest';
import { type PlayedNode, playedNode } from '../../../test/fixtures/played-node.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import { p2wpkh } from '../../protocol/script/templates.ts';
import type { SourceEvent } from './chain-source.ts';
import { NodeSource } from './node-source.ts';

const ours = p2wpkh(new Uint8Array(20).fill(1));
const others = p2wpkh(new Uint8Array(20).fill(2));
const open: PlayedNode[] = [];

async function start(...options: string[]): Promise<PlayedNode> {
  const played = await playedNode(options);
  open.push(played);
  return played;
}

afterEach(async () => {
  for (const { close } of open.splice(0)) await close();
});

describe('a node in this process', () => {
  it('tells places, blocks, and what happens, in order', async () => {
    const { node } = await start();
    const source = new NodeSource(node);
    const heard: SourceEvent[] = [];
    const stop = source.follow((event) => {
      heard.push(event);
    });
    const [hash] = await node.generate(1, ours);
    const tip = await source.tip();
    expect(tip).toMatchObject({ hash, height: 1 });
    expect(await source.placeAt(1)).toEqual(tip);
    expect(await source.placeAt(2)).toBeUndefined();
    expect(await source.find(tip.hash)).toEqual(tip);
    expect(blockHash(await source.block(tip.hash))).toEqual(tip.hash);
    await node.chain.invalidateBlock(tip.hash);
    expect(await source.find(tip.hash)).toBeUndefined();
    expect(heard.map(({ kind }) => kind).slice(0, 3)).toEqual(['connected', 'tip', 'disconnected']);
    stop();
    const count = heard.length;
    await node.generate(1, others);
    expect(heard).toHaveLength(count);
  });

  it('says of a block that nobody has what is wrong', async () => {
    const { node } = await start();
    const source = new NodeSource(node);
    await expect(source.block(new Uint8Array(32))).rejects.toMatchObject({ code: 'no-block' });
  });

  it.each([
    { options: ['-blockfilterindex'], found: [3] },
    { options: [], found: [1, 2, 3, 4] },
  ])('finds the blocks that concern scripts with $options', async ({ options, found }) => {
    const { node } = await start(...options);
    await node.generate(2, others);
    await node.generate(1, ours);
    await node.generate(1, others);
    await node.indexes.settled();
    const heights: number[] = [];
    const source = new NodeSource(node);
    const stretch = { from: 1, to: await source.tip() };
    for await (const { place, block } of source.blocksConcerning(stretch, () => [ours])) {
      expect(block && blockHash(block)).toEqual(place.hash);
      heights.push(place.height);
    }
    expect(heights).toEqual(found);
  });
});
