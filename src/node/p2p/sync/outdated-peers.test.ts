import { beforeAll, describe, expect, it } from 'vitest';
import { blocksOn, genesis, type MadeBlock } from '../../../../test/fixtures/block-maker.ts';
import { SyncScene } from '../../../../test/fixtures/sync-scene.ts';
import { headersOf } from '../../../../test/fixtures/sync-words.ts';

const MINUTE = 60_000;

let chain: readonly MadeBlock[];

beforeAll(() => {
  chain = blocksOn(genesis, 30);
});

async function upToDate(onStaleTip?: (isStale: boolean) => void): Promise<SyncScene> {
  const time = (chain.at(-1) as MadeBlock).block.header.time + 60;
  const options = onStaleTip && { options: { onStaleTip } };
  const scene = await SyncScene.open({ time, ...options });
  await scene.import(chain.slice(0, 20));
  return scene;
}

describe('OutdatedPeers', () => {
  it('asks an outbound peer that is behind after 20 minutes, and lets go of it 2 minutes later', async () => {
    const scene = await upToDate();
    const peer = scene.silent();
    await scene.says(peer, headersOf(chain.slice(0, 15)));
    peer.takeSent();
    await scene.clock.advance(20 * MINUTE - 10);
    expect(peer.sent).toEqual([]);
    await scene.clock.advance(20);
    expect(peer.sentOf('getheaders')[0]?.locator[0]).toEqual((chain[18] as MadeBlock).hash);
    await scene.clock.advance(2 * MINUTE - 20);
    expect(peer.isGone).toBe(false);
    await scene.clock.advance(20);
    expect(peer.reason).toMatch(
      /^Disconnecting outbound peer 0 for old chain, best known block = [0-9a-f]{64}$/,
    );
    await scene.close();
  });

  it('starts again when the peer has caught up with where we were', async () => {
    const scene = await upToDate();
    const peer = scene.silent();
    await scene.says(peer, headersOf(chain.slice(0, 15)));
    await scene.import(chain.slice(20, 25));
    await scene.clock.advance(19 * MINUTE);
    await scene.says(peer, headersOf(chain.slice(15, 20)));
    await scene.clock.advance(19 * MINUTE);
    expect(peer.isGone).toBe(false);
    await scene.clock.advance(4 * MINUTE);
    expect(peer.isGone).toBe(true);
    await scene.close();
  });

  it('protects four that were once level with us, and only full outbound ones', async () => {
    const scene = await upToDate();
    const full = Array.from({ length: 5 }, () => scene.silent());
    const others = (['block-relay-only', 'manual', 'inbound'] as const).map((kind) =>
      scene.silent({ kind }),
    );
    for (const peer of [...others, ...full]) await scene.says(peer, headersOf(chain.slice(0, 20)));
    await scene.import(chain.slice(20, 25));
    await scene.clock.advance(30 * MINUTE);
    const leaves = (peer: { isGone: boolean }): boolean => peer.isGone;
    expect(full.map(leaves)).toEqual([false, false, false, false, true]);
    expect(others.map(leaves)).toEqual([true, false, false]);
    await scene.close();
  });
});

describe('StaleTip', () => {
  it('asks for one more peer when no block has come for 30 minutes, until one comes', async () => {
    const heard: boolean[] = [];
    const scene = await upToDate((isStale) => heard.push(isStale));
    await scene.clock.advance(29 * MINUTE);
    expect(heard).toEqual([]);
    await scene.clock.advance(MINUTE);
    expect(heard).toEqual([true]);
    await scene.clock.advance(600 * MINUTE);
    await scene.import(chain.slice(20, 21));
    expect(heard).toEqual([true, false]);
    await scene.clock.advance(31 * MINUTE);
    expect(heard).toEqual([true, false, true]);
    await scene.close();
  });

  it('waits while a block is on its way', async () => {
    const heard: boolean[] = [];
    const scene = await upToDate((isStale) => heard.push(isStale));
    await scene.clock.advance(25 * MINUTE);
    const peer = scene.silent({ kind: 'inbound' });
    await scene.says(peer, headersOf(chain.slice(19, 21)));
    expect(scene.sync.inFlight(peer)).toBe(1);
    await scene.clock.advance(6 * MINUTE);
    expect(heard).toEqual([]);
    peer.disconnect('it leaves');
    await scene.clock.advance(10 * MINUTE);
    expect(heard).toEqual([true]);
    await scene.close();
  });
});
