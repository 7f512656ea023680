/** What the download does when the chain is put back to a mark under its feet. */
import { describe, expect, it, vi } from 'vitest';
import { blocksOn, genesis, type MadeBlock } from '../../../../test/fixtures/block-maker.ts';
import { SyncScene } from '../../../../test/fixtures/sync-scene.ts';
import {
  askedHashes,
  headersOf,
  invOf,
  lastOf,
  soonAfter,
} from '../../../../test/fixtures/sync-words.ts';

const HOUR_MS = 60 * 60 * 1000;

const blocks = blocksOn(genesis, 40);
const known = blocks.slice(0, 20);

async function sceneAt(count: number): Promise<SyncScene> {
  const scene = await SyncScene.open({ time: soonAfter(blocks) });
  await scene.import(blocks.slice(0, count));
  return scene;
}

describe('ChainSync, when blocks are forgotten', () => {
  it('waits for none of them any more, and blames nobody', async () => {
    const scene = await sceneAt(20);
    const mark = await scene.clock.settle(scene.chain.mark());
    const peer = scene.silent({ kind: 'inbound' });
    await scene.says(peer, headersOf(blocks.slice(20, 25)));
    expect(scene.sync.inFlight(peer)).toBe(5);
    await scene.clock.settle(scene.chain.revertTo(mark));
    expect(scene.sync.inFlight(peer)).toBe(0);
    await scene.clock.advance(5 * HOUR_MS);
    expect(scene.blamed).toEqual([]);
    // It tells of them once more, and is asked once more.
    const before = askedHashes(peer).length;
    await scene.says(peer, headersOf(blocks.slice(20, 25)));
    await scene.clock.advance(1000);
    expect(scene.chain.bestHeader.height).toBe(25);
    expect(askedHashes(peer).length).toBe(before + 5);
    await scene.close();
  });

  it('fetches them again from a peer that tells of a later one', async () => {
    const scene = await sceneAt(20);
    const mark = await scene.clock.settle(scene.chain.mark());
    const peer = scene.serving(blocks.slice(0, 30));
    await scene.clock.runUntil(() => scene.chain.tip.height === 30, 60_000);
    await scene.clock.settle(scene.chain.revertTo(mark));
    await scene.clock.advance(1000);
    expect(scene.chain.tip.height).toBe(20);
    peer.follow(blocks.slice(0, 31));
    peer.say(invOf(lastOf(blocks.slice(0, 31))));
    await scene.clock.runUntil(() => scene.chain.tip.height === 31, 60_000);
    expect(scene.chain.tip.height).toBe(31);
    expect(scene.blamed).toEqual([]);
    await scene.close();
  });

  it('asks again for bodies that are forgotten while their headers stay', async () => {
    const scene = await sceneAt(20);
    await scene.clock.settle(
      scene.chain.processHeaders(blocks.slice(20, 30).map(({ block }) => block.header)),
    );
    const mark = await scene.clock.settle(scene.chain.mark());
    const peer = scene.serving(blocks.slice(0, 30));
    await scene.clock.runUntil(() => scene.chain.tip.height === 30, 60_000);
    const given = peer.given.length;
    expect(given).toBe(10);
    await scene.clock.settle(scene.chain.revertTo(mark));
    await scene.clock.runUntil(() => scene.chain.tip.height === 30, 60_000);
    expect(scene.chain.tip.height).toBe(30);
    expect(peer.given.length).toBe(20);
    expect(scene.blamed).toEqual([]);
    await scene.close();
  });

  it('blames nobody whose headers were being taken meanwhile', async () => {
    const scene = await sceneAt(20);
    const peer = scene.silent({ kind: 'inbound' });
    const mark = await scene.clock.settle(scene.chain.mark());
    const next = blocks[20] as MadeBlock;
    await scene.clock.settle(scene.chain.processHeaders([next.block.header]));
    const { chain } = scene;
    const process = chain.processHeaders.bind(chain);
    const processing = vi.spyOn(chain, 'processHeaders').mockImplementationOnce(async (headers) => {
      await chain.revertTo(mark);
      return process(headers);
    });
    await scene.says(peer, headersOf(blocks.slice(21)));
    expect(processing).toHaveBeenCalledOnce();
    await scene.clock.advance(1000);
    expect(scene.blamed).toEqual([]);
    expect(peer.isGone).toBe(false);
    expect(scene.chain.bestHeader.height).toBe(known.length);
    await scene.close();
  });
});
