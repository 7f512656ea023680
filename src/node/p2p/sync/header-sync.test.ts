import { beforeAll, describe, expect, it } from 'vitest';
import { blocksOn, genesis } from '../../../../test/fixtures/block-maker.ts';
import { firstHeader, headersOn } from '../../../../test/fixtures/header-chain.ts';
import { mineHeader } from '../../../../test/fixtures/regtest-blocks.ts';
import { SyncScene } from '../../../../test/fixtures/sync-scene.ts';
import { blockHash } from '../../../protocol/primitives/block-hash.ts';
import type { BlockHeader } from '../../../protocol/primitives/block-header.ts';

const MOST = 2000;
const DAY = 24 * 60 * 60;

let headers: readonly BlockHeader[];

beforeAll(() => {
  ({ headers } = headersOn(firstHeader, 4500));
});

const headersMessage = (row: readonly BlockHeader[]) =>
  ({ command: 'headers', headers: row }) as const;
const long = firstHeader.header.time + 30 * DAY;

describe('ChainSync, headers', () => {
  it('asks for more after a full message, from its last header on', async () => {
    const scene = await SyncScene.open({ time: long });
    const peer = scene.silent();
    await scene.says(peer, headersMessage(headers.slice(0, MOST)));
    await scene.says(peer, headersMessage(headers.slice(MOST, 2 * MOST)));
    await scene.says(peer, headersMessage(headers.slice(2 * MOST)));
    const asked = peer.sentOf('getheaders');
    expect(asked).toHaveLength(3);
    expect(asked[1]?.locator[0]).toEqual(blockHash(headers[MOST - 1] as BlockHeader));
    expect(asked[2]?.locator[0]).toEqual(blockHash(headers[2 * MOST - 1] as BlockHeader));
    expect(
      asked.every(({ version, stop }) => version === 70016 && stop.every((b) => b === 0)),
    ).toBe(true);
    expect(scene.chain.bestHeader.height).toBe(4500);
    await scene.close();
  });

  it('asks for more before a full message is stored, so that nobody waits for the other', async () => {
    const scene = await SyncScene.open({ time: long });
    const peer = scene.silent();
    let askedBefore: number | undefined;
    scene.chain.on(({ kind }) => {
      if (kind === 'header') askedBefore ??= peer.sentOf('getheaders').length;
    });
    await scene.says(peer, headersMessage(headers.slice(0, MOST)));
    expect(askedBefore).toBe(2);
    expect(peer.sentOf('getheaders')).toHaveLength(2);
    await scene.close();
  });

  it('discourages for 2,001 headers, for gaps, for no work, and for a rule that they break', async () => {
    const scene = await SyncScene.open({ time: long });
    const cases: readonly (readonly [string, readonly BlockHeader[]])[] = [
      ['too-many-headers', headers.slice(0, MOST + 1)],
      ['non-continuous-headers', [headers[0], headers[2]] as BlockHeader[]],
      ['high-hash', [{ ...(headers[0] as BlockHeader), bits: 0x1d00ffff }]],
      ['time-too-old', [mineHeader({ ...(headers[0] as BlockHeader), time: 1, nonce: 0 })]],
    ];
    for (const [code, row] of cases) {
      const peer = scene.silent();
      await scene.says(peer, headersMessage(row));
      expect(peer.reason).toBe(code);
    }
    expect(scene.chain.bestHeader.height).toBe(0);
    await scene.close();
  });

  it('asks what is before headers that do not connect, as often as they come, and never punishes', async () => {
    const scene = await SyncScene.open({ time: long });
    const peer = scene.silent();
    await scene.says(peer, headersMessage([]));
    peer.takeSent();
    const stray = headers.slice(40, 42);
    for (let i = 0; i < 20; i++) await scene.says(peer, headersMessage(stray));
    // Until it has answered, or two minutes are over, it is not asked again.
    expect(peer.sentOf('getheaders')).toHaveLength(1);
    await scene.clock.advance(120_001);
    await scene.says(peer, headersMessage(stray));
    expect(peer.sentOf('getheaders')).toHaveLength(2);
    expect(scene.blamed).toEqual([]);
    // Once what is before is known, from whomever, the peer is known to have them.
    const other = scene.silent();
    await scene.says(other, headersMessage(headers.slice(0, 100)));
    expect(scene.sync.progress().peers.get(peer)?.syncedHeaders).toBe(42);
    await scene.close();
  });

  it('asks another one, once one has no more to give, only if that one says that it is ahead', async () => {
    const scene = await SyncScene.open({ time: long });
    const first = scene.silent();
    await scene.says(first, { command: 'headers', headers: [] });
    const [empty, ahead] = [scene.silent(), scene.silent({ version: { startHeight: 1 } })];
    await scene.clock.advance(1000);
    const asked = [first, empty, ahead].map((peer) => peer.sentOf('getheaders').length);
    expect(asked).toEqual([1, 0, 1]);
    await scene.close();
  });

  it('asks one more peer for each block that is announced, while another one is asked for all', async () => {
    const scene = await SyncScene.open({ time: long });
    const [first, second, third] = [scene.silent(), scene.silent(), scene.silent()];
    const inv = (byte: number) =>
      ({ command: 'inv', items: [{ type: 2, hash: new Uint8Array(32).fill(byte) }] }) as const;
    await scene.says(second, inv(1));
    await scene.says(third, inv(1));
    expect(first.sentOf('getheaders')).toHaveLength(1);
    expect(second.sentOf('getheaders')).toHaveLength(1);
    expect(third.sentOf('getheaders')).toHaveLength(0);
    await scene.says(third, inv(2));
    expect(third.sentOf('getheaders')).toHaveLength(1);
    await scene.close();
  });

  it('refuses an inv of more than 50,000', async () => {
    const scene = await SyncScene.open({ time: long });
    const peer = scene.silent();
    const item = { type: 1, hash: new Uint8Array(32) };
    await scene.says(peer, { command: 'inv', items: new Array(50_001).fill(item) });
    expect(peer.reason).toBe('oversized-inv');
    await scene.close();
  });
});

describe('ChainSync, against headers of little work', () => {
  const least = 2n * 20_000n;

  it('stores none of 10 peers with 4,500 valid headers each, and little memory', async () => {
    const scene = await SyncScene.open({ time: long, minimumChainWork: least });
    const peers = Array.from({ length: 10 }, () => scene.silent({ kind: 'inbound' }));
    for (let at = 0; at < headers.length; at += MOST) {
      for (const peer of peers)
        await scene.says(peer, headersMessage(headers.slice(at, at + MOST)));
      if (at > 0) continue;
      expect(scene.sync.progress().presyncHeight).toBe(MOST);
      for (const peer of peers) {
        const [hash] = peer.sentOf('getheaders').at(-1)?.locator ?? [];
        expect(hash).toEqual(blockHash(headers[MOST - 1] as BlockHeader));
      }
    }
    // The last message was not full, so the peers have nothing more.
    expect(scene.sync.progress().presyncHeight).toBeUndefined();
    expect(scene.chain.bestHeader.height).toBe(0);
    for (const header of headers) expect(scene.chain.lookup(blockHash(header))).toBeUndefined();
    expect(scene.blamed).toEqual([]);
    await scene.close();
  });

  it('stores all of a chain with enough work, after it came a second time', async () => {
    const presync = { commitmentPeriod: 100, bufferSize: 1500 };
    const scene = await SyncScene.open({
      time: long,
      minimumChainWork: 2n * 4101n,
      options: { presync },
    });
    const peer = scene.silent();
    const messages = [0, MOST, 2 * MOST].map((at) => headers.slice(at, at + MOST));
    for (const row of messages) await scene.says(peer, headersMessage(row));
    expect(scene.chain.bestHeader.height).toBe(0);
    expect(peer.sentOf('getheaders').at(-1)?.locator[0]).toEqual(blockHash(firstHeader.header));
    const heights: number[] = [];
    for (const row of messages) {
      await scene.says(peer, headersMessage(row));
      heights.push(scene.chain.bestHeader.height);
    }
    expect(heights).toEqual([500, 2500, 4500]);
    expect(scene.sync.progress().peers.get(peer)).toMatchObject({
      syncedHeaders: 4500,
      presyncedHeaders: -1,
    });
    await scene.close();
  });

  it('ends a count that a peer breaks off, and forgets it when the peer leaves', async () => {
    const scene = await SyncScene.open({ time: long, minimumChainWork: least });
    const [breaks, leaves] = [scene.silent(), scene.silent()];
    for (const peer of [breaks, leaves]) {
      await scene.says(peer, headersMessage(headers.slice(0, MOST)));
    }
    expect(scene.sync.progress().presyncHeight).toBe(MOST);
    await scene.says(breaks, headersMessage([]));
    leaves.disconnect('it leaves');
    await scene.clock.advance(1);
    expect(scene.sync.progress().presyncHeight).toBeUndefined();
    await scene.close();
  });

  it('counts what lies more than 144 blocks of work behind the tip as little', async () => {
    const blocks = blocksOn(genesis, 300);
    const scene = await SyncScene.open({ time: long });
    await scene.import(blocks);
    expect(scene.sync.leastWork).toBe(2n * (301n - 144n));
    const [short, enough] = [scene.silent(), scene.silent()];
    await scene.says(short, headersMessage(headersOn(firstHeader, 155, 1).headers));
    expect(scene.chain.tips()).toHaveLength(1);
    await scene.says(enough, headersMessage(headersOn(firstHeader, 156, 2).headers));
    expect(scene.chain.tips().map(({ node }) => node.height)).toEqual([300, 156]);
    await scene.close();
  });

  it('takes whatever a peer sends that the operator trusts', async () => {
    const scene = await SyncScene.open({ time: long, minimumChainWork: least });
    const peer = scene.silent({ permissions: ['noban'] });
    await scene.says(peer, headersMessage(headers.slice(0, MOST)));
    expect(scene.chain.bestHeader.height).toBe(MOST);
    await scene.close();
  });
});
