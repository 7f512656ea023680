import { beforeAll, describe, expect, it } from 'vitest';
import {
  blockOn,
  blocksOn,
  genesis,
  type MadeBlock,
  SUBSIDY,
  spend,
} from '../../../../test/fixtures/block-maker.ts';
import { SyncScene } from '../../../../test/fixtures/sync-scene.ts';
import {
  askedHashes,
  headersOf,
  invOf,
  lastOf,
  longAfter,
  soonAfter,
} from '../../../../test/fixtures/sync-words.ts';
import { MSG_WITNESS_BLOCK } from '../../../protocol/wire/inventory.ts';

const WINDOW = 1024;
const IN_FLIGHT = 16;
const NETWORK = 1n;
const WITNESS = 8n;
const NETWORK_LIMITED = 1024n;

let chain: readonly MadeBlock[];

beforeAll(() => {
  chain = blocksOn(genesis, 3000);
});

describe('ChainSync, who delivers blocks', () => {
  it('asks a peer for 16 blocks at most, with witnesses, in their order', async () => {
    const scene = await SyncScene.open({ time: longAfter(chain) });
    const peer = scene.silent();
    await scene.says(peer, headersOf(chain.slice(0, 100)));
    const items = peer.sentOf('getdata').flatMap((message) => message.items);
    expect(items).toEqual(
      chain.slice(0, IN_FLIGHT).map(({ hash }) => ({ type: MSG_WITNESS_BLOCK, hash })),
    );
    expect(scene.sync.inFlight(peer)).toBe(IN_FLIGHT);
    await scene.close();
  });

  it('asks for few only when the chain has nothing to do, and for many in one message otherwise', async () => {
    const scene = await SyncScene.open({ time: longAfter(chain) });
    const peer = scene.silent();
    await scene.says(peer, headersOf(chain.slice(0, 100)));
    const counts = (): readonly number[] => peer.sentOf('getdata').map(({ items }) => items.length);
    const give = (height: number): Promise<void> =>
      scene.handle(peer, { command: 'block', raw: (chain[height - 1] as MadeBlock).raw });
    for (let height = 1; height <= 7; height++) void give(height);
    await undefined;
    expect(counts()).toEqual([IN_FLIGHT]);
    for (let height = 8; height <= 10; height++) void give(height);
    // As soon as all that came at once are taken, and long before the chain has dealt with them.
    await undefined;
    expect(counts()).toEqual([IN_FLIGHT, 10]);
    expect(scene.chain.tip.height).toBe(0);
    await scene.clock.advance(100);
    expect(scene.chain.tip.height).toBe(10);
    await scene.clock.settle(give(11));
    await scene.clock.advance(100);
    expect(counts()).toEqual([IN_FLIGHT, 10, 1]);
    await scene.close();
  });

  it('asks for no block that lies more than 1,024 ahead of the last one that it has', async () => {
    const scene = await SyncScene.open({ time: longAfter(chain) });
    const stalls = scene.silent();
    const gives = scene.serving(chain.slice(0, 1500));
    await scene.says(stalls, headersOf(chain.slice(0, 1500)));
    gives.say(invOf(lastOf(chain.slice(0, 1500))));
    await scene.clock.advance(1500);
    const heights = gives.given.map(({ height }) => height);
    expect(Math.min(...heights)).toBe(IN_FLIGHT + 1);
    expect(Math.max(...heights)).toBe(WINDOW);
    expect(scene.chain.tip.height).toBe(0);
    await scene.close();
  });

  it('gives the peer that holds up the window 2 seconds, the next one twice as long', async () => {
    const scene = await SyncScene.open({ time: longAfter(chain) });
    const second = scene.silent();
    const first = scene.silent();
    const gives = scene.serving(chain.slice(0, 3000));
    await scene.says(first, headersOf(chain.slice(0, 2000)));
    gives.say(headersOf(chain.slice(0, 1800)));
    const isAtEnd = (): boolean => gives.given.length === WINDOW - IN_FLIGHT;
    expect(await scene.clock.runUntil(isAtEnd, 1900)).toBe(true);
    const begin = scene.clock.monotonic();
    await scene.says(second, headersOf(chain.slice(0, 2000)));
    await scene.clock.runUntil(() => first.isGone, 20_000);
    expect(first.reason).toBe('stalled-download');
    const firstGone = scene.clock.monotonic();
    expect(firstGone - begin).toBeGreaterThanOrEqual(2000);
    expect(firstGone - begin).toBeLessThan(2100);
    await scene.clock.runUntil(() => second.isGone, 20_000);
    expect(second.reason).toBe('stalled-download');
    expect(scene.clock.monotonic() - firstGone).toBeGreaterThanOrEqual(4000);
    expect(scene.clock.monotonic() - firstGone).toBeLessThan(4100);
    await scene.clock.advance(30_000);
    expect(scene.chain.tip.height).toBe(3000);
    await scene.close();
  });

  it('gives a block as long as blocks take, and half of that for each other peer that delivers', async () => {
    const scene = await SyncScene.open({ time: longAfter(chain) });
    const slow = scene.silent({ kind: 'manual' });
    const other = scene.silent({ kind: 'manual' });
    await scene.says(slow, headersOf(chain.slice(0, 32)));
    await scene.says(other, headersOf(chain.slice(0, 32)));
    await scene.clock.advance(899_000);
    expect(slow.isGone).toBe(false);
    await scene.clock.advance(2000);
    expect(slow.reason).toBe('slow-download');
    await scene.close();
  });

  it('asks a peer without witnesses for no block that may have some', async () => {
    const scene = await SyncScene.open({ time: longAfter(chain) });
    const old = scene.silent({ version: { services: NETWORK } });
    await scene.says(old, headersOf(chain.slice(0, 50)));
    // On regtest, they may from the first block on.
    expect(askedHashes(old)).toEqual([]);
    await scene.close();
  });

  it('asks a limited peer for the last blocks, and only when it has caught up', async () => {
    const far = await SyncScene.open({ time: longAfter(chain) });
    const early = far.silent({ version: { services: NETWORK_LIMITED | WITNESS } });
    await far.says(early, headersOf(chain.slice(0, 400)));
    expect(askedHashes(early)).toEqual([]);
    await far.close();

    const scene = await SyncScene.open({ time: soonAfter(chain.slice(0, 1)) });
    await scene.import(chain.slice(0, 1));
    expect(scene.chain.isInitialBlockDownload).toBe(false);
    const limited = scene.silent({ version: { services: NETWORK_LIMITED | WITNESS } });
    await scene.says(limited, headersOf(chain.slice(0, 400)));
    const asked = askedHashes(limited);
    expect(asked).toHaveLength(IN_FLIGHT);
    // 288 blocks, of which two may go before it answers.
    expect(asked[0]).toEqual((chain[400 - 286] as MadeBlock).hash);
    await scene.close();
  });

  it('asks nobody for what is on its way from another peer', async () => {
    const scene = await SyncScene.open({ time: longAfter(chain) });
    const [one, two] = [scene.silent(), scene.silent()];
    await scene.says(one, headersOf(chain.slice(0, 100)));
    await scene.says(two, headersOf(chain.slice(0, 100)));
    const [first, second] = [askedHashes(one), askedHashes(two)];
    expect(second).toEqual(chain.slice(IN_FLIGHT, 2 * IN_FLIGHT).map(({ hash }) => hash));
    expect(first).toEqual(chain.slice(0, IN_FLIGHT).map(({ hash }) => hash));
    const [block] = chain as [MadeBlock];
    expect(scene.sync.isInFlight(block.hash)).toBe(true);
    expect(scene.sync.askedOf(block.hash)).toEqual([one]);
    one.disconnect('it leaves');
    await scene.clock.advance(1);
    expect(scene.sync.isInFlight(block.hash)).toBe(false);
    await scene.says(two, { command: 'block', raw: (chain[16] as MadeBlock).raw });
    expect(scene.sync.askedOf(block.hash)).toEqual([two]);
    await scene.close();
  });

  it('asks others for a block of which a peer gave wrong bytes, and never that peer again', async () => {
    const scene = await SyncScene.open({ time: longAfter(chain) });
    const wrong = (chain[0] as MadeBlock).raw.slice();
    wrong[wrong.length - 1] = 1;
    const liar = scene.silent({ kind: 'manual' });
    await scene.says(liar, headersOf(chain.slice(0, 10)));
    await scene.says(liar, { command: 'block', raw: wrong });
    expect(scene.blamed.map(({ fault }) => [fault.subject, fault.rule?.verdict])).toEqual([
      ['block', 'mutated'],
    ]);
    // The operator wants it, so it stays.
    expect(liar.isGone).toBe(false);
    expect(scene.sync.inFlight(liar)).toBe(9);
    const honest = scene.serving(chain.slice(0, 10));
    await scene.says(honest, headersOf(chain.slice(0, 10)));
    await scene.clock.advance(1000);
    expect(askedHashes(liar)).toHaveLength(10);
    expect(honest.given.map(({ height }) => height)).toEqual([1]);
    await scene.close();
  });

  it('blames a peer for an invalid block, and follows the best valid branch', async () => {
    const scene = await SyncScene.open({ time: soonAfter(chain.slice(0, 20)) });
    await scene.import(chain.slice(0, 10));
    const bad = blockOn(chain[9] as MadeBlock, { reward: SUBSIDY + 1n });
    const branch = [...chain.slice(0, 10), bad, ...blocksOn(bad, 5)];
    const liar = scene.serving(branch);
    const honest = scene.serving(chain.slice(0, 13));
    await scene.clock.advance(5000);
    expect(liar.reason).toBe('bad-cb-amount');
    expect(honest.isGone).toBe(false);
    expect(scene.chain.tip.hash).toEqual((chain[12] as MadeBlock).hash);
    await scene.close();
  });

  it('blames whoever gave a block that is only found out when its branch is followed', async () => {
    const scene = await SyncScene.open({ time: soonAfter(chain.slice(0, 20)) });
    await scene.import(chain.slice(0, 11));
    const thief = spend({ ...(chain[0] as MadeBlock).coinbase, vout: 7 }, 1n);
    const bad = blockOn(chain[9] as MadeBlock, { transactions: [thief] });
    const [liar, other] = [scene.silent(), scene.silent()];
    await scene.says(liar, headersOf([bad]));
    await scene.says(liar, { command: 'block', raw: bad.raw });
    expect(scene.blamed).toEqual([]);
    const next = blockOn(bad);
    await scene.says(other, headersOf([next]));
    await scene.says(other, { command: 'block', raw: next.raw });
    expect(liar.reason).toBe('bad-txns-inputs-missingorspent');
    expect(scene.chain.tip.height).toBe(11);
    await scene.close();
  });

  it('lets peers wait while 32 MB of blocks are on their way into the chain', async () => {
    const scene = await SyncScene.open({ time: longAfter(chain) });
    const peer = scene.silent();
    await scene.says(peer, headersOf(chain.slice(0, 20)));
    const large = new Uint8Array(3_900_000);
    large.set((chain[0] as MadeBlock).raw);
    const taken: number[] = [];
    for (let i = 0; i < 12; i++) {
      void scene.sync.deliver(peer, large).then(() => taken.push(i));
    }
    await Promise.resolve();
    await Promise.resolve();
    expect(scene.sync.progress().bytesInHand).toBe(12 * large.length);
    expect(taken).toHaveLength(Math.floor(32_000_000 / large.length));
    await scene.clock.advance(1000);
    expect(taken).toHaveLength(12);
    expect(scene.sync.progress().bytesInHand).toBe(0);
    // What follows a block in its message is ignored.
    expect(scene.chain.tip.height).toBe(1);
    await scene.close();
  });
});

describe('ChainSync, blocks that nobody asked for', () => {
  it('takes one that makes the chain longer', async () => {
    const scene = await SyncScene.open({ time: soonAfter(chain.slice(0, 11)) });
    await scene.import(chain.slice(0, 10));
    const peer = scene.silent();
    await scene.says(peer, { command: 'block', raw: (chain[10] as MadeBlock).raw });
    expect(scene.chain.tip.height).toBe(11);
    expect(peer.useful).toEqual(['block']);
    await scene.close();
  });

  it('stores no header of one on a branch with too little work', async () => {
    const scene = await SyncScene.open({ time: soonAfter(chain.slice(0, 300)) });
    await scene.import(chain.slice(0, 300));
    const peer = scene.silent();
    const stray = blockOn(genesis, { extra: 1 });
    await scene.says(peer, { command: 'block', raw: stray.raw });
    expect(scene.chain.lookup(stray.hash)).toBeUndefined();
    expect(scene.blamed).toEqual([]);
    await scene.close();
  });

  it('blames for garbage, for a block without a parent, and ignores what is cut off', async () => {
    const scene = await SyncScene.open({ time: soonAfter(chain.slice(0, 10)) });
    await scene.import(chain.slice(0, 10));
    const [garbage, orphan, cut] = [scene.silent(), scene.silent(), scene.silent()];
    await scene.says(garbage, { command: 'block', raw: new Uint8Array(100) });
    expect(garbage.reason).toBe('high-hash');
    await scene.says(orphan, { command: 'block', raw: (chain[50] as MadeBlock).raw });
    expect(orphan.reason).toBe('prev-blk-not-found');
    await scene.says(cut, { command: 'block', raw: (chain[10] as MadeBlock).raw.subarray(0, 100) });
    await scene.says(cut, { command: 'block', raw: new Uint8Array(79) });
    expect(cut.isGone).toBe(false);
    expect(scene.blamed.slice(2).map(({ fault }) => fault.code)).toEqual([
      'undecodable',
      'undecodable',
    ]);
    await scene.close();
  });
});
