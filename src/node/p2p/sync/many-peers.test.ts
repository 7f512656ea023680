import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blocksOn, genesis, type MadeBlock } from '../../../../test/fixtures/block-maker.ts';
import { type ServingPeer, SyncScene } from '../../../../test/fixtures/sync-scene.ts';

/** What a peer makes of its chain. */
type Manner = 'honest' | 'stalls' | 'lies' | 'short' | 'fork' | 'leaves';

interface Crowd {
  readonly manner: Manner;
  readonly latencyMs: number;
  readonly isInbound: boolean;
  readonly joinsAt: number;
}

const best = blocksOn(genesis, 60);
const fork = [...best.slice(0, 40), ...blocksOn(best[39] as MadeBlock, 15, 1)];
const HOUR = 3_600_000;

const crowd = fc.array(
  fc.record<Crowd>({
    manner: fc.constantFrom('honest', 'stalls', 'lies', 'short', 'fork', 'leaves'),
    latencyMs: fc.integer({ min: 1, max: 5000 }),
    isInbound: fc.boolean(),
    joinsAt: fc.integer({ min: 0, max: 20_000 }),
  }),
  { maxLength: 6 },
);

function join(scene: SyncScene, { manner, latencyMs, isInbound }: Crowd): ServingPeer {
  const kind = isInbound ? 'inbound' : 'outbound-full-relay';
  const blocks = manner === 'short' ? best.slice(0, 25) : manner === 'fork' ? fork : best;
  const give = ({ raw, height }: MadeBlock): Uint8Array | undefined => {
    if (manner === 'stalls' && height > 20) return undefined;
    if (manner === 'lies' && height % 7 === 0)
      return Uint8Array.from(raw, (byte, i) => byte ^ (i === 120 ? 1 : 0));
    return raw;
  };
  const peer = scene.serving(blocks, { kind, latencyMs, give });
  if (manner === 'leaves') {
    scene.clock.schedule(7 * latencyMs, () => peer.disconnect('it leaves'));
  }
  return peer;
}

/** Where it ends, and all that was said on the way. */
async function played(peers: readonly Crowd[], daysLate: number): Promise<readonly string[]> {
  const time = (best.at(-1) as MadeBlock).block.header.time + 60 + daysLate * 86_400;
  const scene = await SyncScene.open({ time });
  const all: ServingPeer[] = [];
  for (const one of peers) {
    scene.clock.schedule(one.joinsAt, () => all.push(join(scene, one)));
  }
  const honest = { manner: 'honest', latencyMs: 50, isInbound: false, joinsAt: 0 } as const;
  scene.clock.schedule(10_000, () => all.push(join(scene, honest)));
  const isThere = (): boolean => scene.chain.tip.height === best.length;
  await scene.clock.runUntil(isThere, 3 * HOUR);
  expect(scene.chain.tip.height).toBe(best.length);
  expect(scene.sync.progress().bytesInHand).toBe(0);
  const said = all.map(({ id, sent }) => `${id}: ${sent.map(({ command }) => command).join()}`);
  const blamed = scene.blamed.map(({ peer, fault }) => `${peer.id} ${fault.code}`);
  const trace = [`at ${scene.clock.monotonic()}`, ...said, ...blamed];
  await scene.close();
  return trace;
}

describe('ChainSync among peers of all kinds', () => {
  it('ends at the tip of the one that is honest, and does the same in every run', async () => {
    await fc.assert(
      fc.asyncProperty(crowd, fc.constantFrom(0, 2), async (peers, daysLate) => {
        const trace = await played(peers, daysLate);
        expect(await played(peers, daysLate)).toEqual(trace);
      }),
      { numRuns: 25 },
    );
  }, 30_000);
});
