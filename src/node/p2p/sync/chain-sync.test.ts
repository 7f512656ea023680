import { beforeAll, describe, expect, it } from 'vitest';
import { blocksOn, genesis, type MadeBlock } from '../../../../test/fixtures/block-maker.ts';
import { SyncScene } from '../../../../test/fixtures/sync-scene.ts';
import {
  askedHashes,
  headersOf,
  invOf,
  lastOf,
  longAfter,
  soonAfter,
} from '../../../../test/fixtures/sync-words.ts';

const IN_FLIGHT = 16;
const DAY = 24 * 60 * 60;

let chain: readonly MadeBlock[];

beforeAll(() => {
  chain = blocksOn(genesis, 5000);
});

describe('ChainSync, far behind', () => {
  it('fetches 5,000 blocks from one peer', async () => {
    const scene = await SyncScene.open({ time: longAfter(chain) });
    const peer = scene.serving(chain);
    await scene.clock.runUntil(() => scene.chain.tip.height === 5000, 600_000);
    expect(scene.chain.tip.height).toBe(5000);
    expect(peer.given).toHaveLength(5000);
    expect(scene.blamed).toEqual([]);
    await scene.close();
  });

  it('fetches from four peers, of which one stalls and one lies', async () => {
    const scene = await SyncScene.open({ time: longAfter(chain) });
    const honest = [scene.serving(chain), scene.serving(chain)];
    const stalls = scene.serving(chain, { give: () => undefined });
    const lies = scene.serving(chain, {
      give: ({ raw }) => {
        const wrong = raw.slice();
        wrong[wrong.length - 1] = (wrong.at(-1) ?? 0) ^ 1;
        return wrong;
      },
    });
    for (const peer of [...honest, stalls, lies]) peer.say(invOf(lastOf(chain)));
    await scene.clock.runUntil(() => scene.chain.tip.height === 5000, 600_000);
    expect(scene.chain.tip.height).toBe(5000);
    expect(stalls.reason).toBe('stalled-download');
    expect(lies.reason).toBe('bad-txnmrklroot');
    for (const peer of honest) {
      expect(peer.isGone).toBe(false);
      expect(peer.given.length).toBeGreaterThan(1000);
    }
    await scene.close();
  });

  it('asks one peer for headers, outbound ones first, and all once they are recent', async () => {
    const scene = await SyncScene.open({ time: longAfter(chain) });
    const inbound = scene.silent({ kind: 'inbound' });
    expect(inbound.sentOf('getheaders')).toHaveLength(1);
    const outbound = scene.silent();
    expect(outbound.sentOf('getheaders')).toHaveLength(0);
    inbound.disconnect('it leaves');
    await scene.clock.advance(1);
    expect(outbound.sentOf('getheaders')).toHaveLength(1);
    await scene.close();

    const near = await SyncScene.open({ time: soonAfter(chain) });
    const peers = [near.serving(chain), near.silent(), near.silent({ kind: 'inbound' })];
    await near.clock.advance(5000);
    for (const peer of peers) expect(peer.sentOf('getheaders').length).toBeGreaterThan(0);
    await near.close();
  });

  it('asks an inbound peer for blocks only while nobody better gives any', async () => {
    const scene = await SyncScene.open({ time: longAfter(chain) });
    const preferred = scene.silent();
    const inbound = scene.silent({ kind: 'inbound' });
    await scene.says(preferred, headersOf(chain.slice(0, 500)));
    await scene.says(inbound, headersOf(chain.slice(0, 500)));
    expect(askedHashes(preferred)).toHaveLength(IN_FLIGHT);
    expect(askedHashes(inbound)).toHaveLength(0);
    preferred.disconnect('it leaves');
    await scene.clock.advance(1);
    expect(askedHashes(inbound)).toHaveLength(IN_FLIGHT);
    await scene.close();
  });

  it('replaces a sync peer that does not give its headers in 15 minutes and a moment for each', async () => {
    const scene = await SyncScene.open({ time: longAfter(chain) });
    const slow = scene.silent();
    const other = scene.silent();
    const expected = Math.floor((longAfter(chain) - genesis.block.header.time) / 600);
    await scene.clock.advance(15 * 60_000 + expected - 1);
    expect(slow.isGone).toBe(false);
    await scene.clock.advance(10);
    expect(slow.reason).toBe('stalled-headers');
    expect(other.sentOf('getheaders')).toHaveLength(1);
    await scene.clock.advance(DAY * 1000);
    // There is nobody to take its place.
    expect(other.reason).toMatch(/undefined|for old chain/);
    await scene.close();
  });

  it('keeps a slow sync peer that the operator wants, and asks another one as well', async () => {
    const scene = await SyncScene.open({ time: longAfter(chain) });
    const slow = scene.silent({ kind: 'inbound', permissions: ['noban'] });
    const other = scene.silent();
    await scene.clock.advance(17 * 60_000);
    expect(slow.isGone).toBe(false);
    expect(other.sentOf('getheaders').length + slow.sentOf('getheaders').length).toBe(2);
    await scene.close();
  });

  it('lets go of outbound peers whose chain is less than a real one', async () => {
    const minimumChainWork = 2n * 1001n;
    const scene = await SyncScene.open({ time: longAfter(chain), minimumChainWork });
    const short = scene.serving(chain.slice(0, 900));
    const enough = scene.serving(chain.slice(0, 1100), { version: { startHeight: 1100 } });
    await scene.clock.advance(60_000);
    // Nothing of the first one was stored. It had no more to give, so that the other one, which said that
    // it has more, was asked.
    expect(scene.chain.tip.height).toBe(1100);
    expect([short.isGone, enough.isGone]).toEqual([false, false]);
    await scene.close();

    const trusting = await SyncScene.open({ time: longAfter(chain), minimumChainWork });
    const trusted = trusting.serving(chain.slice(0, 900), { permissions: ['noban'] });
    await trusting.clock.advance(1000);
    expect(trusting.chain.bestHeader.height).toBe(900);
    expect(trusting.chain.tip.height).toBe(0);
    expect(trusted.reason).toBe('outbound peer headers chain has insufficient work, disconnecting');
    await trusting.close();
  });
});

describe('ChainSync, close to the present', () => {
  it('asks at once for the blocks that a peer announces by their headers', async () => {
    const scene = await SyncScene.open({ time: soonAfter(chain.slice(0, 20)) });
    await scene.import(chain.slice(0, 10));
    const peer = scene.silent({ kind: 'inbound' });
    await scene.says(peer, headersOf(chain.slice(10, 13)));
    expect(askedHashes(peer)).toEqual(chain.slice(10, 13).map(({ hash }) => hash));
    expect(peer.sentOf('getdata')).toHaveLength(1);
    await scene.close();
  });

  it('asks for a compact block where it can be had, if it is the only one', async () => {
    const compact = { providesCompact: () => true };
    const scene = await SyncScene.open({ time: soonAfter(chain.slice(0, 20)), compact });
    await scene.import(chain.slice(0, 10));
    const peer = scene.silent();
    await scene.says(peer, headersOf(chain.slice(10, 11)));
    expect(peer.sentOf('getdata').flatMap(({ items }) => items)).toEqual([
      { type: 4, hash: (chain[10] as MadeBlock).hash },
    ]);
    await scene.close();
  });

  it('learns of blocks from inv, asks for their headers, and follows a reorganisation', async () => {
    const scene = await SyncScene.open({ time: soonAfter(chain.slice(0, 20)) });
    await scene.import(chain.slice(0, 10));
    const peer = scene.serving(chain.slice(0, 10));
    await scene.clock.advance(1000);
    const branch = [...chain.slice(0, 7), ...blocksOn(chain[6] as MadeBlock, 5, 1)];
    peer.follow(branch);
    peer.say(invOf(lastOf(branch)));
    await scene.clock.advance(1000);
    expect(scene.chain.tip.hash).toEqual(lastOf(branch).hash);
    expect(scene.blamed).toEqual([]);
    await scene.close();
  });

  it('is told of the same tip by 10 peers and asks for each block once', async () => {
    const scene = await SyncScene.open({ time: soonAfter(chain.slice(0, 20)) });
    await scene.import(chain.slice(0, 10));
    const peers = Array.from({ length: 10 }, () => scene.serving(chain.slice(0, 12)));
    await scene.clock.advance(2000);
    expect(scene.chain.tip.height).toBe(12);
    expect(peers.reduce((sum, { given }) => sum + given.length, 0)).toBe(2);
    await scene.close();
  });

  it('asks another peer for an announced block that the first one keeps to itself, after 2 seconds', async () => {
    const scene = await SyncScene.open({ time: soonAfter(chain.slice(0, 20)) });
    await scene.import(chain.slice(0, 10));
    const keeps = Array.from({ length: 3 }, () => scene.silent({ kind: 'inbound' }));
    for (const peer of keeps) await scene.says(peer, headersOf(chain.slice(9, 11)));
    const honest = scene.silent();
    await scene.says(honest, headersOf(chain.slice(9, 11)));
    const asked = (): readonly number[] =>
      [...keeps, honest].map((peer) => askedHashes(peer).length);
    expect(asked()).toEqual([1, 0, 0, 0]);
    await scene.clock.advance(1900);
    expect(asked()).toEqual([1, 0, 0, 0]);
    await scene.clock.advance(200);
    // We chose it, so it comes before the others.
    expect(asked()).toEqual([1, 0, 0, 1]);
    await scene.says(honest, { command: 'block', raw: (chain[10] as MadeBlock).raw });
    expect(scene.chain.tip.height).toBe(11);
    expect(scene.sync.progress().blocksInFlight).toBe(0);
    await scene.close();
  });

  it('asks a peer that may stay anew for a block that it spoilt, when it tells of it anew', async () => {
    const scene = await SyncScene.open({ time: soonAfter(chain.slice(0, 20)) });
    await scene.import(chain.slice(0, 10));
    const peer = scene.silent({ kind: 'inbound', permissions: ['noban'] });
    const [next] = chain.slice(10, 11);
    if (next === undefined) throw new Error('the chain is too short');
    const wrong = next.raw.slice();
    // The last byte of the only transaction: the Merkle root is another one then.
    wrong.set([1], wrong.length - 1);
    await scene.says(peer, headersOf([next]));
    await scene.says(peer, { command: 'block', raw: wrong });
    await scene.clock.advance(1000);
    expect(peer.isGone).toBe(false);
    expect(askedHashes(peer)).toEqual([next.hash]);
    await scene.says(peer, headersOf([next]));
    expect(askedHashes(peer)).toEqual([next.hash, next.hash]);
    await scene.close();
  });

  it('says when the blocks of a peer are in their places', async () => {
    const scene = await SyncScene.open({ time: soonAfter(chain.slice(0, 20)) });
    const peer = scene.silent({ kind: 'inbound' });
    expect(scene.sync.whenTaken(peer)).toBeUndefined();
    const blocks = chain.slice(0, 3);
    const told: number[] = [];
    for (const { raw } of blocks) void scene.handle(peer, { command: 'block', raw });
    void scene.sync.whenTaken(peer)?.then(() => told.push(scene.chain.tip.height));
    expect(told).toEqual([]);
    await scene.clock.advance(1000);
    expect(told).toEqual([3]);
    expect(scene.sync.whenTaken(peer)).toBeUndefined();
    await scene.close();
  });

  it('asks three peers for a block at most', async () => {
    const scene = await SyncScene.open({ time: soonAfter(chain.slice(0, 20)) });
    await scene.import(chain.slice(0, 10));
    const keeps = Array.from({ length: 5 }, () => scene.silent({ kind: 'inbound' }));
    for (const peer of keeps) await scene.says(peer, headersOf(chain.slice(9, 11)));
    await scene.clock.advance(60_000);
    const asked = keeps.map((peer) => askedHashes(peer).length);
    expect(asked.reduce((sum, count) => sum + count, 0)).toBe(3);
    await scene.close();
  });

  it('leaves no timers behind but the one for a stale tip, and none when it is closed', async () => {
    const scene = await SyncScene.open({ time: soonAfter(chain.slice(0, 20)) });
    await scene.import(chain.slice(0, 20));
    // The chain writes to the disk a while later.
    await scene.clock.advance(120_000);
    const before = scene.clock.pending;
    const peers = Array.from({ length: 10 }, () => scene.serving(chain.slice(0, 20)));
    await scene.clock.advance(60_000);
    expect(scene.clock.pending).toBe(before);
    for (const peer of peers) peer.disconnect('it leaves');
    await scene.clock.advance(10);
    scene.sync.close();
    expect(scene.clock.pending).toBe(before - 1);
    await scene.close();
  });

  it('tells how far it is, and each of its peers', async () => {
    const scene = await SyncScene.open({ time: longAfter(chain) });
    const peer = scene.silent({ version: { startHeight: 4711 } });
    expect(scene.sync.progress()).toMatchObject({ blocks: 0, headers: 0, bestPeerHeight: 4711 });
    await scene.says(peer, headersOf(chain.slice(0, 30)));
    for (const { raw } of chain.slice(0, 2)) await scene.says(peer, { command: 'block', raw });
    const progress = scene.sync.progress();
    expect(progress).toMatchObject({
      isInitialBlockDownload: true,
      blocks: 2,
      headers: 30,
      bestPeerHeight: 30,
      presyncHeight: undefined,
      blocksInFlight: IN_FLIGHT,
    });
    expect(progress.peers.get(peer)).toMatchObject({
      startingHeight: 4711,
      syncedHeaders: 30,
      syncedBlocks: 2,
      presyncedHeaders: -1,
      inFlight: Array.from({ length: IN_FLIGHT }, (_, i) => i + 3),
    });
    await scene.close();
  });
});
