import { beforeAll, describe, expect, it } from 'vitest';
import {
  blockOn,
  blocksOn,
  genesis,
  type MadeBlock,
} from '../../../../test/fixtures/block-maker.ts';
import type { FakePeer } from '../../../../test/fixtures/fake-peer.ts';
import { type SceneWishes, SyncScene } from '../../../../test/fixtures/sync-scene.ts';
import { headersOf, invOf, lastOf } from '../../../../test/fixtures/sync-words.ts';

let chain: readonly MadeBlock[];

beforeAll(() => {
  chain = blocksOn(genesis, 40);
});

/** A node with ten blocks, that all peers know, and is done with catching up. */
async function upToDate(changes: Partial<SceneWishes> = {}): Promise<SyncScene> {
  const time = lastOf(chain).block.header.time + 60;
  const scene = await SyncScene.open({ time, ...changes });
  await scene.import(chain.slice(0, 10));
  return scene;
}

async function knowing(scene: SyncScene, wantsHeaders: boolean): Promise<FakePeer> {
  const peer = scene.silent();
  await scene.says(peer, headersOf(chain.slice(0, 10)));
  if (wantsHeaders) await scene.says(peer, { command: 'sendheaders' });
  peer.takeSent();
  return peer;
}

describe('BlockAnnouncer', () => {
  it('says sendheaders to a peer once that is known to be on a real chain (BIP130)', async () => {
    const scene = await upToDate();
    const peer = scene.silent();
    expect(peer.sentOf('sendheaders')).toEqual([]);
    await scene.says(peer, headersOf(chain.slice(0, 10)));
    await scene.says(peer, headersOf(chain.slice(0, 10)));
    expect(peer.sentOf('sendheaders')).toEqual([{ command: 'sendheaders' }]);
    const old = scene.silent({ version: { version: 70011 } });
    await scene.says(old, headersOf(chain.slice(0, 10)));
    expect(old.sentOf('sendheaders')).toEqual([]);
    await scene.close();
  });

  it('announces by a header who asked for headers, by inv who did not', async () => {
    const scene = await upToDate();
    const [modern, old] = [await knowing(scene, true), await knowing(scene, false)];
    await scene.import(chain.slice(10, 11));
    expect(modern.takeSent()).toEqual([headersOf(chain.slice(10, 11))]);
    expect(old.takeSent()).toEqual([invOf(chain[10] as MadeBlock)]);
    await scene.close();
  });

  it('tells a peer nothing that it has told us', async () => {
    const scene = await upToDate();
    const peer = scene.serving(chain.slice(0, 10));
    const other = await knowing(scene, true);
    await scene.says(peer, { command: 'sendheaders' });
    peer.follow(chain.slice(0, 11));
    peer.say(headersOf(chain.slice(10, 11)));
    peer.takeSent();
    await scene.clock.advance(1000);
    expect(scene.chain.tip.height).toBe(11);
    expect(peer.takeSent().map(({ command }) => command)).not.toContain('headers');
    expect(other.takeSent()).toEqual([headersOf(chain.slice(10, 11))]);
    await scene.close();
  });

  it('announces each block of a row in turn, since what was sent is known to be there', async () => {
    const scene = await upToDate();
    const peer = await knowing(scene, true);
    for (const block of chain.slice(10, 14)) {
      await scene.import([block]);
      expect(peer.takeSent()).toEqual([headersOf([block])]);
    }
    await scene.close();
  });

  it('falls back to inv where the peer may not have what is before', async () => {
    const scene = await upToDate();
    const peer = scene.silent();
    await scene.says(peer, { command: 'sendheaders' });
    peer.takeSent();
    await scene.import(chain.slice(10, 11));
    expect(peer.takeSent()).toEqual([invOf(chain[10] as MadeBlock)]);
    scene.sync.noteHeaderSent(peer, scene.chain.tip);
    await scene.import(chain.slice(11, 12));
    expect(peer.takeSent()).toEqual([headersOf(chain.slice(11, 12))]);
    await scene.close();
  });

  it('announces a reorganisation by all its headers, up to eight, else by inv', async () => {
    for (const [length, isByHeaders] of [
      [8, true],
      [9, false],
    ] as const) {
      const scene = await upToDate();
      const peer = await knowing(scene, true);
      const branch = blocksOn(chain[4] as MadeBlock, length, 1);
      // All come before the last makes the branch the longest, or in one go.
      const tips: number[] = [];
      scene.chain.on((event) => {
        if (event.kind === 'tip') tips.push(event.node.height);
      });
      await scene.clock.settle(scene.chain.processHeaders(branch.map(({ block }) => block.header)));
      for (const { raw } of [...branch].reverse()) {
        await scene.clock.settle(scene.chain.processBlock(raw));
      }
      expect(scene.chain.tip.hash).toEqual(lastOf(branch).hash);
      expect(tips).toEqual([5 + length]);
      expect(peer.takeSent()).toEqual(isByHeaders ? [headersOf(branch)] : [invOf(lastOf(branch))]);
      await scene.close();
    }
  });

  it('announces by compact blocks to those who want that, one at a time', async () => {
    const announced: [number, number][] = [];
    const compact = {
      announceCompact: (peer: { id: number }, node: { height: number }) => {
        if (peer.id !== 0) return false;
        announced.push([peer.id, node.height]);
        return true;
      },
    };
    const scene = await upToDate({ compact });
    const [wants, not] = [await knowing(scene, false), await knowing(scene, true)];
    await scene.import(chain.slice(10, 11));
    await scene.import(chain.slice(11, 12));
    expect(announced).toEqual([
      [0, 11],
      [0, 12],
    ]);
    expect(wants.takeSent()).toEqual([]);
    expect(not.takeSent()).toEqual([
      headersOf([chain[10] as MadeBlock]),
      headersOf([chain[11] as MadeBlock]),
    ]);
    await scene.close();
  });

  it('announces nothing while it catches up, and no block that was disconnected', async () => {
    const far = await SyncScene.open({ time: lastOf(chain).block.header.time + 200_000 });
    const early = far.silent();
    await far.says(early, { command: 'sendheaders' });
    early.takeSent();
    await far.import(chain.slice(0, 5));
    expect(early.takeSent()).toEqual([]);
    await far.close();

    const scene = await upToDate();
    const peer = await knowing(scene, true);
    await scene.clock.settle(scene.chain.invalidateBlock((chain[8] as MadeBlock).hash));
    expect(peer.takeSent()).toEqual([]);
    const other = blockOn(chain[7] as MadeBlock, { extra: 5 });
    await scene.import([other]);
    expect(peer.takeSent()).toEqual([headersOf([other])]);
    await scene.close();
  });
});
