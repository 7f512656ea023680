import { describe, expect, it } from 'vitest';
import type { FakePeer } from '../../../../test/fixtures/fake-peer.ts';
import { refusal } from '../../../../test/fixtures/fake-pool.ts';
import {
  byTxid,
  byWtxid,
  makeTx,
  relaySetup,
  TX,
  WITNESS_TX,
  WTX,
} from '../../../../test/fixtures/relay-setup.ts';
import { encodeTxWithoutWitness } from '../../../protocol/primitives/transaction.ts';
import { txid, wtxid } from '../../../protocol/primitives/transaction-id.ts';
import type { InventoryItem } from '../../../protocol/wire/inventory.ts';
import type { ChainEvent } from '../../chain/chain-events.ts';

const SECOND = 1000;
const WHILE = 120 * SECOND;
const BLOCK = 2;

function inv(items: readonly InventoryItem[]) {
  return { command: 'inv', items } as const;
}

function getdata(items: readonly InventoryItem[]) {
  return { command: 'getdata', items } as const;
}

/** What a peer was asked for, in order. */
function asked(peer: FakePeer): readonly InventoryItem[] {
  return peer.sentOf('getdata').flatMap(({ items }) => items);
}

/** As many items as one likes, of transactions that nobody has. */
function strangers(count: number): InventoryItem[] {
  return Array.from({ length: count }, (_, i) => {
    const hash = new Uint8Array(32).fill(0xee);
    new DataView(hash.buffer).setUint32(0, i);
    return { type: WTX, hash };
  });
}

describe('a transaction that is announced', () => {
  it('is asked for by wtxid at once, if this node chose the peer', async () => {
    const { relay, connect } = relaySetup();
    const peer = connect();
    await peer.says(relay, inv(byWtxid(makeTx())));
    expect(asked(peer)).toHaveLength(1);
    expect(asked(peer)[0]?.type).toBe(WTX);
    expect(relay.inFlight(peer)).toHaveLength(1);
  });

  it('is asked for 2 seconds later, if the peer came by itself', async () => {
    const { relay, connect, clock } = relaySetup();
    const peer = connect({ kind: 'inbound' });
    await peer.says(relay, inv(byWtxid(makeTx())));
    await clock.advance(2 * SECOND - 1);
    expect(asked(peer)).toEqual([]);
    await clock.advance(1);
    expect(asked(peer)).toHaveLength(1);
  });

  it('is asked for 2 seconds later by txid, as long as somebody announces by wtxid', async () => {
    const { relay, connect, clock } = relaySetup();
    const old = connect({ relaysByWtxid: false });
    const [first, second] = [makeTx(), makeTx()];
    await old.says(relay, inv(byTxid(first)));
    expect(asked(old)).toEqual([{ type: WITNESS_TX, hash: txid(first) }]);
    connect();
    await old.says(relay, inv(byTxid(second)));
    await clock.advance(2 * SECOND - 1);
    expect(asked(old)).toHaveLength(1);
    await clock.advance(1);
    expect(asked(old)).toHaveLength(2);
  });

  it('is asked for without witness of a peer that has none', async () => {
    const { relay, connect } = relaySetup();
    const peer = connect({ relaysByWtxid: false, version: { services: 1n } });
    await peer.says(relay, inv(byTxid(makeTx())));
    expect(asked(peer)[0]?.type).toBe(TX);
  });

  it('is asked of one peer at a time, of the next one after notfound, and after a minute without answer', async () => {
    const { relay, connect, clock } = relaySetup();
    const peers = [connect(), connect(), connect()];
    const items = byWtxid(makeTx());
    for (const peer of peers) await peer.says(relay, inv(items));
    const asker = (): FakePeer | undefined => peers.find((peer) => relay.inFlight(peer).length > 0);
    const first = asker() as FakePeer;
    expect(peers.flatMap(asked)).toHaveLength(1);
    await first.says(relay, { command: 'notfound', items });
    const second = asker() as FakePeer;
    expect(second).not.toBe(first);
    await clock.advance(60 * SECOND);
    expect([first, second]).not.toContain(asker());
    expect(peers.flatMap(asked)).toHaveLength(3);
  });

  it('is asked of another peer if the one that was asked leaves', async () => {
    const { relay, connect, disconnect } = relaySetup();
    const peers = [connect(), connect()];
    for (const peer of peers) await peer.says(relay, inv(byWtxid(makeTx())));
    const tx = byWtxid(makeTx());
    for (const peer of peers) await peer.says(relay, inv(tx));
    const [first, second] =
      relay.inFlight(peers[0] as FakePeer).length === 2 ? peers : [...peers].reverse();
    disconnect(first as FakePeer);
    expect(asked(second as FakePeer).some(({ hash }) => hash === tx[0]?.hash)).toBe(true);
  });

  it('waits 2 seconds more at a peer that has 100 to send already, but not with the permission relay', async () => {
    const { relay, connect, clock } = relaySetup();
    for (const [permissions, atOnce] of [
      [[], 100],
      [['relay'], 101],
    ] as const) {
      const peer = connect({ permissions });
      await peer.says(relay, inv(strangers(100)));
      await peer.says(relay, inv(byWtxid(makeTx())));
      expect(asked(peer)).toHaveLength(atOnce);
      await clock.advance(2 * SECOND);
      expect(asked(peer)).toHaveLength(101);
      relay.gone(peer);
    }
  });

  it('is not heard if 5,000 of the peer are open, but with the permission relay', async () => {
    const { relay, connect } = relaySetup();
    for (const [permissions, count] of [
      [[], 5000],
      [['relay'], 6000],
    ] as const) {
      const peer = connect({ permissions });
      await peer.says(relay, inv(strangers(6000)));
      expect(asked(peer)).toHaveLength(count);
      expect(peer.sentOf('getdata').every(({ items }) => items.length <= 1000)).toBe(true);
      relay.gone(peer);
    }
  });

  it('is not asked for if it is in the pool, in a block, an orphan, or was refused', async () => {
    const { relay, connect, pool, chain } = relaySetup();
    const peer = connect();
    const [pooled, refused, orphan, mined] = [
      makeTx(),
      makeTx(),
      makeTx({ parents: [makeTx()] }),
      makeTx(),
    ];
    pool.refuse = (tx) => (tx === refused ? refusal('not-standard', 'dust') : undefined);
    chain.connect(mined);
    for (const tx of [pooled, refused, orphan]) await peer.says(relay, { command: 'tx', tx });
    peer.takeSent();
    await peer.says(relay, inv(byWtxid(pooled, refused, orphan, mined)));
    expect(asked(peer)).toEqual([]);
    const other = connect();
    await other.says(relay, inv(byWtxid(pooled, refused, orphan, mined)));
    expect(asked(other)).toEqual([]);
  });

  it('is asked for again after a new tip, though it was refused: what was wrong may be no more', async () => {
    const { relay, connect, pool, chain } = relaySetup();
    const peer = connect();
    const tx = makeTx();
    pool.refuse = () => refusal('premature-spend', 'non-final', 'not-yet');
    await peer.says(relay, { command: 'tx', tx });
    await peer.says(relay, inv(byWtxid(tx)));
    expect(asked(peer)).toEqual([]);
    chain.connect();
    await peer.says(relay, inv(byWtxid(tx)));
    expect(asked(peer)).toHaveLength(1);
  });

  it('is asked for again after its block was taken back', async () => {
    const { relay, connect, chain } = relaySetup();
    const peer = connect();
    const tx = makeTx();
    chain.connect(tx);
    chain.emit({ kind: 'disconnected' } as ChainEvent);
    await peer.says(relay, inv(byWtxid(tx)));
    expect(asked(peer)).toHaveLength(1);
  });

  it('is not asked for any more once a block has it', async () => {
    const { relay, connect, chain, clock } = relaySetup();
    const peer = connect({ kind: 'inbound' });
    const tx = makeTx();
    await peer.says(relay, inv(byWtxid(tx)));
    chain.connect(tx);
    await clock.advance(WHILE);
    expect(asked(peer)).toEqual([]);
  });

  it('is not asked for if a user brought it while it waited', async () => {
    const { relay, connect, clock } = relaySetup();
    const peer = connect({ kind: 'inbound' });
    const tx = makeTx();
    await peer.says(relay, inv(byWtxid(tx)));
    await relay.broadcast(tx);
    await clock.advance(WHILE);
    expect(asked(peer)).toEqual([]);
  });

  it('is ignored while the chain is not known', async () => {
    const { relay, connect, chain, pool } = relaySetup();
    chain.isInitialBlockDownload = true;
    const peer = connect();
    const tx = makeTx();
    await peer.says(relay, inv(byWtxid(tx)));
    await peer.says(relay, { command: 'tx', tx });
    expect(peer.sent).toEqual([]);
    expect(pool.offered).toEqual([]);
  });

  it('is ignored if it is named in the way that the peer said it would not', async () => {
    const { relay, connect } = relaySetup();
    const [modern, old] = [connect(), connect({ relaysByWtxid: false })];
    await modern.says(relay, inv(byTxid(makeTx())));
    await old.says(relay, inv(byWtxid(makeTx())));
    expect([...asked(modern), ...asked(old)]).toEqual([]);
  });
});

describe('a transaction that arrives', () => {
  it('goes to the pool once, whoever else sends it', async () => {
    const { relay, connect, pool } = relaySetup();
    const peers = [connect(), connect(), connect()];
    const tx = makeTx();
    let open: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    pool.delay = () => gate;
    const arrivals = peers.map((peer) => peer.says(relay, { command: 'tx', tx }));
    open();
    await Promise.all(arrivals);
    await peers[0]?.says(relay, { command: 'tx', tx });
    expect(pool.offered).toEqual([tx]);
    expect(peers.map(({ useful }) => useful)).toEqual([['transaction'], [], []]);
  });

  it('is no longer asked of others', async () => {
    const { relay, connect, clock } = relaySetup();
    const [first, second] = [connect(), connect({ kind: 'inbound' })];
    const tx = makeTx();
    for (const peer of [first, second]) await peer.says(relay, inv(byWtxid(tx)));
    await first.says(relay, { command: 'tx', tx });
    await clock.advance(WHILE);
    expect(asked(second)).toEqual([]);
    expect(relay.inFlight(first)).toEqual([]);
  });

  it('is a fault of the sender if it is invalid, and none if it is merely not wanted', async () => {
    const { relay, connect, pool } = relaySetup();
    const peer = connect();
    pool.refuse = () => refusal('not-standard', 'dust');
    await peer.says(relay, { command: 'tx', tx: makeTx() });
    pool.refuse = () => refusal('consensus', 'mandatory-script-verify-flag-failed', 'invalid');
    await expect(peer.says(relay, { command: 'tx', tx: makeTx() })).rejects.toMatchObject({
      name: 'PeerFault',
      subject: 'transaction',
      code: 'mandatory-script-verify-flag-failed',
    });
  });

  it('is remembered as spare, for compact blocks, if it is refused', async () => {
    const { relay, connect, pool, spares } = relaySetup();
    const peer = connect();
    const [refused, orphan] = [makeTx(), makeTx({ parents: [makeTx()] })];
    pool.refuse = () => refusal('not-standard', 'dust');
    for (const tx of [refused, orphan]) await peer.says(relay, { command: 'tx', tx });
    expect(spares).toEqual([refused, orphan]);
  });

  it('with its witness taken away keeps nobody from getting the whole one', async () => {
    const { relay, connect, pool, clock } = relaySetup();
    const [enemy, friend] = [connect(), connect()];
    const tx = makeTx();
    const stripped = { ...tx, inputs: tx.inputs.map((input) => ({ ...input, witness: [] })) };
    pool.refuse = (one) =>
      one === tx ? undefined : refusal('witness-stripped', 'script', 'policy');
    await enemy.says(relay, { command: 'tx', tx: stripped });
    // The stripped one's wtxid is the txid of the whole one.
    const old = connect({ relaysByWtxid: false, version: { relay: false } });
    await old.says(relay, inv(byTxid(tx)));
    await clock.advance(2 * SECOND);
    expect(asked(old)).toHaveLength(1);
    await friend.says(relay, inv(byWtxid(tx)));
    expect(asked(friend)).toHaveLength(1);
    await friend.says(relay, { command: 'tx', tx });
    expect(pool.size).toBe(1);
  });

  it('is announced again by a peer with the permission forcerelay, if the pool has it', async () => {
    const { relay, connect, clock, pool } = relaySetup();
    const gateway = connect({ permissions: ['forcerelay', 'relay'] });
    const tx = makeTx();
    await pool.accept(tx);
    const other = connect();
    await gateway.says(relay, { command: 'tx', tx });
    await clock.advance(WHILE);
    expect(other.sentOf('inv').flatMap(({ items }) => items)).toEqual(byWtxid(tx));
  });

  it('is the end for a peer that must not send any', async () => {
    const fault = { name: 'PeerFault', code: 'transactions-not-wanted' };
    const plain = relaySetup();
    const tx = makeTx();
    for (const kind of ['block-relay-only', 'feeler'] as const) {
      const peer = plain.connect({ kind });
      await expect(peer.says(plain.relay, { command: 'tx', tx })).rejects.toMatchObject(fault);
      await expect(peer.says(plain.relay, inv(byWtxid(tx)))).rejects.toMatchObject(fault);
      await peer.says(plain.relay, inv([{ type: BLOCK, hash: wtxid(tx) }]));
    }
    const deaf = relaySetup({ options: { blocksOnly: true } });
    const stranger = deaf.connect();
    await expect(stranger.says(deaf.relay, inv(byWtxid(tx)))).rejects.toMatchObject(fault);
    await expect(stranger.says(deaf.relay, { command: 'tx', tx })).rejects.toMatchObject(fault);
    const friend = deaf.connect({ permissions: ['relay'] });
    await friend.says(deaf.relay, { command: 'tx', tx });
    expect(deaf.pool.size).toBe(1);
  });
});

describe('a transaction that a peer asks for', () => {
  it('is given with its witness, or without to those who ask by MSG_TX', async () => {
    const { relay, connect, pool } = relaySetup();
    const tx = makeTx();
    await pool.accept(tx);
    const peer = connect();
    const types = [WTX, WITNESS_TX, TX];
    const items = types.map((type) => ({ type, hash: type === WTX ? wtxid(tx) : txid(tx) }));
    await peer.says(relay, getdata(items as InventoryItem[]));
    const raw = encodeTxWithoutWitness(tx);
    expect(peer.sent).toEqual([
      { command: 'tx', tx },
      { command: 'tx', tx },
      { command: 'tx', tx, raw },
    ]);
  });

  it('is given only if the peer can have heard of it: if it was there before the last announcement', async () => {
    const { relay, connect, clock } = relaySetup();
    const peer = connect({ kind: 'inbound' });
    const tx = makeTx();
    await peer.says(relay, { command: 'tx', tx });
    const items = [...byWtxid(tx), ...byTxid(tx)];
    await peer.says(relay, getdata(items));
    expect(peer.takeSent()).toEqual([{ command: 'notfound', items }]);
    await clock.advance(WHILE);
    await peer.says(relay, getdata(items));
    expect(peer.sentOf('tx')).toHaveLength(2);
  });

  it('is not found if nobody has it', async () => {
    const { relay, connect } = relaySetup();
    const peer = connect();
    const items = strangers(3);
    await peer.says(relay, getdata([...items, { type: BLOCK, hash: new Uint8Array(32) }]));
    expect(peer.sent).toEqual([{ command: 'notfound', items }]);
  });

  it('is given if it is in the last block, since it was announced a moment ago', async () => {
    const { relay, connect, chain } = relaySetup();
    const peer = connect();
    const [old, last] = [makeTx(), makeTx()];
    chain.connect(old);
    chain.connect(last);
    await peer.says(relay, getdata([...byWtxid(old, last), ...byTxid(last)]));
    expect(peer.sentOf('tx')).toHaveLength(2);
    expect(peer.sentOf('notfound')[0]?.items).toEqual(byWtxid(old));
  });

  it('is not even refused to a peer that must not hear of transactions', async () => {
    const { relay, connect } = relaySetup();
    for (const options of [{ kind: 'block-relay-only' }, { version: { relay: false } }] as const) {
      const peer = connect(options);
      await peer.says(relay, getdata(strangers(1)));
      expect(peer.sent).toEqual([]);
    }
  });

  it('waits while the peer reads slowly, and is not sent to one that is gone', async () => {
    const { relay, connect, disconnect, pool } = relaySetup();
    const transactions = [makeTx(), makeTx()];
    for (const tx of transactions) await pool.accept(tx);
    const [slow, gone] = [connect(), connect()];
    for (const peer of [slow, gone]) peer.isCongested = true;
    const answers = [slow, gone].map((peer) => peer.says(relay, getdata(byWtxid(...transactions))));
    await Promise.resolve();
    expect(slow.sent).toEqual([]);
    slow.isCongested = false;
    relay.drained(slow);
    disconnect(gone);
    await Promise.all(answers);
    expect(slow.sent).toHaveLength(2);
    expect(gone.sent).toEqual([]);
  });
});

describe('limits of messages', () => {
  it('are 50,000 entries of inv and getdata', async () => {
    const { relay, connect, chain } = relaySetup();
    chain.isInitialBlockDownload = true;
    const peer = connect();
    await peer.says(relay, inv(strangers(50_000)));
    await peer.says(relay, getdata(strangers(50_000)));
    await expect(peer.says(relay, inv(strangers(50_001)))).rejects.toMatchObject({
      code: 'oversized-inv',
      message: 'inv message size = 50001',
    });
    await expect(peer.says(relay, getdata(strangers(50_001)))).rejects.toMatchObject({
      code: 'oversized-getdata',
      message: 'getdata message size = 50001',
    });
  });
});
