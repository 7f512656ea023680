import { describe, expect, it } from 'vitest';
import {
  blockOn,
  blocksOn,
  genesis,
  type MadeBlock,
  SUBSIDY,
} from '../../../../test/fixtures/block-maker.ts';
import { SyncScene } from '../../../../test/fixtures/sync-scene.ts';
import { headersOf } from '../../../../test/fixtures/sync-words.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import { verificationProgress } from './sync-progress.ts';

const chain = blocksOn(genesis, 12);

/** A node with ten blocks, that knows the header of an eleventh from nobody. */
async function scene(): Promise<{ readonly scene: SyncScene; readonly node: BlockNode }> {
  const time = (chain.at(-1) as MadeBlock).block.header.time + 60;
  const opened = await SyncScene.open({ time });
  await opened.import(chain.slice(0, 10));
  const header = (chain[10] as MadeBlock).block.header;
  const { last } = await opened.clock.settle(opened.chain.processHeaders([header]));
  return { scene: opened, node: last as BlockNode };
}

describe('ChainSync as BlockRequests', () => {
  it('notes who was asked for a block, the first one first, and who has answered', async () => {
    const { scene: opened, node } = await scene();
    const { sync } = opened;
    const [one, two] = [opened.silent(), opened.silent()];
    expect([sync.begin(one, node), sync.begin(two, node), sync.begin(one, node)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(sync.askedOf(node.hash)).toEqual([one, two]);
    sync.received(node.hash, one);
    expect(sync.askedOf(node.hash)).toEqual([two]);
    expect([sync.inFlight(one), sync.inFlight(two)]).toEqual([0, 1]);
    sync.begin(one, node);
    sync.received(node.hash);
    expect(sync.isInFlight(node.hash)).toBe(false);
    expect([sync.inFlight(one), sync.inFlight(two)]).toEqual([0, 0]);
    await opened.close();
  });

  it('asks for a whole block, with witnesses where the peer has them', async () => {
    const { scene: opened, node } = await scene();
    const [modern, old] = [opened.silent(), opened.silent({ version: { services: 1n } })];
    for (const peer of [modern, old]) opened.sync.requestFull(peer, node);
    const types = [modern, old].map((peer) => peer.sentOf('getdata')[0]?.items[0]?.type);
    expect(types).toEqual([2 | (1 << 30), 2]);
    expect(opened.sync.askedOf(node.hash)).toEqual([modern, old]);
    await opened.close();
  });

  it('forgets all that was asked for a block when it comes, from whomever', async () => {
    const { scene: opened, node } = await scene();
    const { sync } = opened;
    const [asked, gives] = [opened.silent(), opened.silent()];
    sync.begin(asked, node);
    void sync.deliver(gives, (chain[10] as MadeBlock).block, { via: 'compact' });
    expect(sync.isInHand(node.hash)).toBe(true);
    await opened.clock.advance(10);
    expect(sync.isInHand(node.hash)).toBe(false);
    expect(sync.askedOf(node.hash)).toEqual([]);
    expect(opened.chain.tip).toBe(node);
    await opened.close();
  });

  it('calls an invalid block that came as a compact one by that name, for the judge', async () => {
    const { scene: opened } = await scene();
    const bad = blockOn(chain[9] as MadeBlock, { reward: SUBSIDY + 1n, extra: 1 });
    const [compact, whole] = [opened.silent(), opened.silent()];
    await opened.clock.settle(opened.sync.deliver(compact, bad.block, { via: 'compact' }));
    await opened.clock.advance(10);
    expect(opened.blamed.map(({ fault }) => [fault.subject, fault.code])).toEqual([
      ['compact-block', 'bad-cb-amount'],
    ]);
    expect(compact.isGone).toBe(false);
    await opened.says(whole, { command: 'block', raw: bad.raw });
    expect(whole.reason).toBe('duplicate-invalid');
    await opened.close();
  });

  it('knows which headers a peer has, by what it said and by what it was sent', async () => {
    const { scene: opened, node } = await scene();
    const { sync } = opened;
    const peer = opened.silent();
    const parent = node.parent as BlockNode;
    expect(sync.hasHeader(peer, parent)).toBe(false);
    sync.noteHeaderSent(peer, parent);
    expect([sync.hasHeader(peer, parent), sync.hasHeader(peer, node)]).toEqual([true, false]);
    sync.peerHas(peer, node.hash);
    expect(sync.hasHeader(peer, node)).toBe(true);
    await opened.close();
  });

  it('counts nothing of a peer that has gone, and asks it for nothing', async () => {
    const { scene: opened, node } = await scene();
    const { sync } = opened;
    const peer = opened.silent();
    sync.begin(peer, node);
    peer.disconnect('it leaves');
    await opened.clock.advance(1);
    expect(sync.askedOf(node.hash)).toEqual([]);
    expect(sync.begin(peer, node)).toBe(false);
    expect(sync.askForHeaders(peer)).toBe(false);
    expect(sync.inFlight(peer)).toBe(0);
    await opened.close();
  });

  it('asks for headers once in two minutes', async () => {
    const { scene: opened } = await scene();
    const peer = opened.silent();
    await opened.says(peer, headersOf([]));
    peer.takeSent();
    expect([opened.sync.askForHeaders(peer), opened.sync.askForHeaders(peer)]).toEqual([
      true,
      false,
    ]);
    await opened.clock.advance(120_001);
    expect(opened.sync.askForHeaders(peer)).toBe(true);
    await opened.close();
  });

  it('ends when the chain takes no more, without a sound', async () => {
    const { scene: opened } = await scene();
    const peer = opened.silent();
    await opened.clock.settle(opened.chain.close());
    await opened.says(peer, { command: 'block', raw: (chain[10] as MadeBlock).raw });
    await opened.clock.advance(1000);
    await opened.says(peer, headersOf(chain));
    expect(opened.blamed).toEqual([]);
    expect(opened.clock.pending).toBe(0);
  });
});

describe('verificationProgress', () => {
  it('guesses how many transactions there are by now', async () => {
    const { scene: opened } = await scene();
    const { tip } = opened.chain;
    expect(tip.chainTransactionCount).toBe(11);
    expect(verificationProgress(tip, opened.clock)).toBe(1);
    const since = { time: tip.time - 100, count: 5, perSecond: 0.1 };
    const later = { now: () => (tip.time + 100) * 1000 } as Parameters<
      typeof verificationProgress
    >[1];
    // Ten more since the tip; or ninety more since the time that is known of.
    expect(verificationProgress(tip, later, since)).toBe(11 / 21);
    expect(verificationProgress(tip, later, { ...since, count: 80 })).toBe(11 / 100);
    await opened.close();
  });
});
