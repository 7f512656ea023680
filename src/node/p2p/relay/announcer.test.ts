import { describe, expect, it } from 'vitest';
import type { FakePeer } from '../../../../test/fixtures/fake-peer.ts';
import {
  byTxid,
  byWtxid,
  makeTx,
  type RelaySetup,
  relaySetup,
} from '../../../../test/fixtures/relay-setup.ts';
import { toHex } from '../../../protocol/bytes/hex.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import { txid, wtxid } from '../../../protocol/primitives/transaction-id.ts';
import { compareForAnnouncement, smallestFirst } from './announcement-order.ts';

const SECOND = 1000;
const WHILE = 120 * SECOND;

/** What a peer was told of, in order. */
function told(peer: FakePeer): readonly string[] {
  return peer.sentOf('inv').flatMap(({ items }) => items.map(({ hash }) => toHex(hash)));
}

function wtxids(...transactions: readonly Transaction[]): readonly string[] {
  return transactions.map((tx) => toHex(wtxid(tx)));
}

async function broadcast({ relay }: RelaySetup, ...transactions: readonly Transaction[]) {
  for (const tx of transactions) {
    expect(await relay.broadcast(tx)).toMatchObject({ kind: 'accepted' });
  }
}

/** When each peer heard of a transaction, in milliseconds from when it came. */
async function waits(setup: RelaySetup, peers: readonly FakePeer[]): Promise<readonly number[]> {
  const start = setup.clock.monotonic();
  const heard = new Map<FakePeer, number>();
  await setup.clock.runUntil(() => {
    for (const peer of peers) {
      if (!heard.has(peer) && peer.sent.length > 0)
        heard.set(peer, setup.clock.monotonic() - start);
    }
    return heard.size === peers.length;
  }, WHILE);
  return peers.map((peer) => heard.get(peer) as number);
}

describe('an announcement', () => {
  it('is made to outbound peers after 2 seconds on average, to each at a moment of its own', async () => {
    const setup = relaySetup();
    const peers = Array.from({ length: 200 }, () => setup.connect());
    await broadcast(setup, makeTx());
    const all = await waits(setup, peers);
    const mean = all.reduce((sum, wait) => sum + wait, 0) / all.length;
    expect(mean).toBeGreaterThan(1600);
    expect(mean).toBeLessThan(2400);
    expect(new Set(all).size).toBe(200);
  });

  it('is made to all inbound peers at one moment, after 5 seconds on average', async () => {
    const moments: number[] = [];
    for (let i = 0; i < 150; i++) {
      const setup = relaySetup({ seed: `inbound ${i}` });
      const peers = [1, 2, 3].map(() => setup.connect({ kind: 'inbound' }));
      await broadcast(setup, makeTx());
      const [first, ...others] = await waits(setup, peers);
      expect(others).toEqual([first, first]);
      moments.push(first as number);
    }
    const mean = moments.reduce((sum, wait) => sum + wait, 0) / moments.length;
    expect(mean).toBeGreaterThan(3900);
    expect(mean).toBeLessThan(6100);
  });

  it('is made at once to a peer with the permission noban', async () => {
    const setup = relaySetup();
    const peer = setup.connect({ kind: 'inbound', permissions: ['noban'] });
    const tx = makeTx();
    await broadcast(setup, tx);
    await setup.clock.advance(0);
    expect(told(peer)).toEqual(wtxids(tx));
  });

  it('is made once, by wtxid to those who said wtxidrelay and by txid to others (BIP339)', async () => {
    const setup = relaySetup();
    const [modern, old] = [setup.connect(), setup.connect({ relaysByWtxid: false })];
    const tx = makeTx();
    await broadcast(setup, tx);
    setup.relay.announce(txid(tx));
    await setup.clock.advance(WHILE);
    setup.relay.announce(txid(tx));
    await setup.clock.advance(WHILE);
    expect(modern.sent).toEqual([{ command: 'inv', items: byWtxid(tx) }]);
    expect(old.sent).toEqual([{ command: 'inv', items: byTxid(tx) }]);
  });

  it('is never made to a peer that announced the transaction itself, or sent it', async () => {
    const setup = relaySetup();
    const { relay, clock } = setup;
    const [announcer, sender, other] = [setup.connect(), setup.connect(), setup.connect()];
    const tx = makeTx();
    await announcer.says(relay, { command: 'inv', items: byWtxid(tx) });
    await sender.says(relay, { command: 'tx', tx });
    await clock.advance(WHILE);
    expect(announcer.sentOf('inv')).toEqual([]);
    expect(sender.sentOf('inv')).toEqual([]);
    expect(told(other)).toEqual(wtxids(tx));
  });

  it('is not made of transactions that were there before the peer', async () => {
    const setup = relaySetup();
    await broadcast(setup, makeTx());
    const peer = setup.connect();
    await setup.clock.advance(WHILE);
    expect(peer.sent).toEqual([]);
  });

  it('is not made of a transaction that has left the pool meanwhile', async () => {
    const setup = relaySetup();
    const peer = setup.connect();
    const tx = makeTx();
    await broadcast(setup, tx);
    setup.pool.remove(tx, 'replaced');
    await setup.clock.advance(WHILE);
    expect(peer.sent).toEqual([]);
  });

  it('is not made to those who do not want to hear of transactions, nor to block-relay-only peers', async () => {
    const setup = relaySetup();
    const peers = [
      setup.connect({ version: { relay: false } }),
      setup.connect({ kind: 'block-relay-only' }),
      setup.connect({ kind: 'feeler' }),
    ];
    await broadcast(setup, makeTx());
    await setup.clock.advance(WHILE);
    expect(peers.flatMap(({ sent }) => sent)).toEqual([]);
  });

  it('leaves out what pays less than the peer wants to hear of (BIP133)', async () => {
    const setup = relaySetup();
    const { relay, clock, pool } = setup;
    const peer = setup.connect();
    const [poor, exact, rich] = [makeTx(), makeTx(), makeTx()] as const;
    const rate = 5000n;
    await peer.says(relay, { command: 'feefilter', feeRate: rate });
    const sizes = await Promise.all([poor, exact, rich].map((tx) => probeSize(tx)));
    const atRate = (size: number): bigint => (rate * BigInt(size) + 999n) / 1000n;
    const fees = new Map([
      [poor, atRate(sizes[0] as number) - 1n],
      [exact, atRate(sizes[1] as number)],
      [rich, 100_000n],
    ]);
    pool.feeOf = (tx) => fees.get(tx) ?? 0n;
    await broadcast(setup, poor, exact, rich);
    await clock.advance(WHILE);
    expect(told(peer)).toEqual(wtxids(rich, exact));
    expect(relay.minFeeRateOf(peer)).toBe(rate);
    await peer.says(relay, { command: 'feefilter', feeRate: -1n });
    expect(relay.minFeeRateOf(peer)).toBe(rate);
  });

  it('leaves out what does not pass the Bloom filter of the peer (BIP37)', async () => {
    const tx = makeTx();
    const filter = { isWanted: () => true, matches: (_: unknown, one: Transaction) => one === tx };
    const setup = relaySetup({ filter, options: { offersBloom: true } });
    const peer = setup.connect({ version: { relay: false } });
    await broadcast(setup, makeTx(), tx, makeTx());
    await setup.clock.advance(WHILE);
    expect(told(peer)).toEqual(wtxids(tx));
  });

  it('names parents before children, and of the others those first that pay more', async () => {
    const setup = relaySetup();
    const peer = setup.connect();
    const parent = makeTx();
    const child = makeTx({ parents: [parent] });
    const [poor, rich] = [makeTx(), makeTx()];
    const fees = new Map([
      [parent, 2000n],
      [child, 90_000n],
      [poor, 1000n],
      [rich, 3000n],
    ]);
    setup.pool.feeOf = (tx) => fees.get(tx) ?? 0n;
    await broadcast(setup, poor, parent, child, rich);
    await setup.clock.advance(WHILE);
    expect(told(peer)).toEqual(wtxids(rich, parent, poor, child));
  });

  it('names 35 at a time, five more for every 1,000 that wait, and 1,000 at most', async () => {
    for (const [count, first] of [
      [100, 35],
      [2000, 45],
    ] as const) {
      const setup = relaySetup();
      const peer = setup.connect();
      await broadcast(setup, ...Array.from({ length: count }, () => makeTx()));
      await setup.clock.runUntil(() => peer.sent.length > 0);
      expect(told(peer)).toHaveLength(first);
      await setup.clock.advance(WHILE * 10);
      expect(new Set(told(peer)).size).toBe(count);
      expect(setup.clock.pending).toBe(1);
    }
  });
});

async function probeSize(tx: Transaction): Promise<number> {
  const { relay } = relaySetup();
  const result = await relay.broadcast(tx);
  return result.kind === 'accepted' ? result.entry.vsize : 0;
}

describe('BIP35: mempool', () => {
  it('is answered with everything, also with what the peer told itself, with the next announcement', async () => {
    const setup = relaySetup({ options: { offersBloom: true } });
    const { relay, clock } = setup;
    const peer = setup.connect({ kind: 'inbound' });
    const [own, other] = [makeTx(), makeTx()];
    await peer.says(relay, { command: 'tx', tx: own });
    await broadcast(setup, other);
    await peer.says(relay, { command: 'mempool' });
    expect(peer.sent).toEqual([]);
    await clock.advance(WHILE);
    expect(peer.sentOf('inv')).toHaveLength(1);
    expect(new Set(told(peer))).toEqual(new Set(wtxids(own, other)));
  });

  it('is answered to a peer with the permission, and is the end for others', async () => {
    const setup = relaySetup();
    await broadcast(setup, makeTx());
    const friend = setup.connect({ permissions: ['mempool'] });
    await friend.says(setup.relay, { command: 'mempool' });
    await setup.clock.advance(WHILE);
    expect(told(friend)).toHaveLength(1);
    const stranger = setup.connect();
    await expect(stranger.says(setup.relay, { command: 'mempool' })).rejects.toMatchObject({
      code: 'mempool-not-offered',
    });
  });

  it('is answered without what pays too little for the peer', async () => {
    const setup = relaySetup({ options: { offersBloom: true } });
    await broadcast(setup, makeTx());
    const peer = setup.connect();
    await peer.says(setup.relay, { command: 'feefilter', feeRate: 1_000_000n });
    await peer.says(setup.relay, { command: 'mempool' });
    await setup.clock.advance(WHILE);
    expect(peer.sent).toEqual([]);
  });
});

describe('a transaction of a user of this node', () => {
  const MINUTE = 60_000;

  it('is announced again every 10 to 15 minutes to whoever is new, until somebody asks for it', async () => {
    const setup = relaySetup();
    const { relay, clock } = setup;
    const tx = makeTx();
    await broadcast(setup, tx);
    const peer = setup.connect();
    expect(relay.unbroadcast).toEqual([txid(tx)]);
    await clock.advance(10 * MINUTE - 1);
    expect(peer.sent).toEqual([]);
    await clock.advance(5 * MINUTE + WHILE);
    expect(told(peer)).toEqual(wtxids(tx));
    expect(relay.unbroadcast).toEqual([txid(tx)]);
    const [item] = byWtxid(tx);
    await peer.says(relay, { command: 'getdata', items: [item as never] });
    expect(peer.sentOf('tx')).toHaveLength(1);
    expect(relay.unbroadcast).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('is given up when it leaves the pool, and the timer ends', async () => {
    const setup = relaySetup();
    const tx = makeTx();
    await broadcast(setup, tx);
    setup.pool.remove(tx, 'block');
    expect(setup.relay.unbroadcast).toEqual([]);
    expect(setup.clock.pending).toBe(0);
  });

  it('is not told again and again if it is broadcast again after somebody has asked for it', async () => {
    const setup = relaySetup();
    const { relay } = setup;
    const tx = makeTx();
    await broadcast(setup, tx);
    const peer = setup.connect();
    await setup.clock.advance(15 * MINUTE + WHILE);
    await peer.says(relay, { command: 'getdata', items: [byWtxid(tx)[0] as never] });
    expect(await relay.broadcast(tx)).toMatchObject({ kind: 'known' });
    expect(relay.unbroadcast).toEqual([]);
  });

  it('is told again when it is broadcast again, and a refused one is told to nobody', async () => {
    const setup = relaySetup();
    const peer = setup.connect();
    const tx = makeTx();
    await broadcast(setup, tx);
    expect(await setup.relay.broadcast(tx)).toMatchObject({ kind: 'known' });
    const orphan = makeTx({ parents: [makeTx()] });
    expect(await setup.relay.broadcast(orphan)).toMatchObject({ kind: 'rejected' });
    await setup.clock.advance(WHILE);
    expect(told(peer)).toEqual(wtxids(tx));
  });

  it('is remembered over a restart if it is still in the pool', async () => {
    const setup = relaySetup();
    const tx = makeTx();
    await setup.pool.accept(tx);
    setup.relay.restoreUnbroadcast([txid(tx), txid(makeTx())]);
    expect(setup.relay.unbroadcast).toEqual([txid(tx)]);
  });
});

describe('timers', () => {
  it('run only while there is something to tell, and none is left of peers that are gone', async () => {
    const setup = relaySetup();
    const { clock, relay } = setup;
    const peers = [setup.connect(), setup.connect({ kind: 'inbound' })];
    expect(clock.pending).toBe(0);
    const tx = makeTx();
    await peers[0]?.says(relay, { command: 'tx', tx });
    expect(clock.pending).toBe(2);
    for (const peer of peers) setup.disconnect(peer);
    expect(clock.pending).toBe(0);
  });

  it('are none after the end', async () => {
    const setup = relaySetup();
    setup.connect();
    await broadcast(setup, makeTx());
    setup.relay.close();
    expect(setup.clock.pending).toBe(0);
  });
});

describe('the order of announcements', () => {
  it('is total, and a partial sort agrees with a whole one', () => {
    const entries = Array.from({ length: 500 }, (_, i) => ({
      entry: { ancestorCount: 1 + (i % 3), txid: txid(makeTx()) },
      feeRate: i % 7,
    }));
    const sorted = [...entries].sort(compareForAnnouncement);
    expect([...smallestFirst(entries, compareForAnnouncement)]).toEqual(sorted);
    expect(smallestFirst([], compareForAnnouncement).next().done).toBe(true);
  });
});
