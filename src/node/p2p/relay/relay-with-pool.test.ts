import { describe, expect, it } from 'vitest';
import { FakePeer, type FakePeerOptions, peerSetOf } from '../../../../test/fixtures/fake-peer.ts';
import { outputOf, spendCoins, testPool } from '../../../../test/fixtures/mempool-maker.ts';
import { byWtxid } from '../../../../test/fixtures/relay-setup.ts';
import { VirtualClock } from '../../../outside/clock/virtual-clock.ts';
import { SeededEntropy } from '../../../outside/entropy/seeded-entropy.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import { txid } from '../../../protocol/primitives/transaction-id.ts';
import type { RelayChain } from './relay-parts.ts';
import { TransactionRelay } from './transaction-relay.ts';

const WHILE = 120_000;

async function setup() {
  const test = await testPool({ coins: 10 });
  const { mempool: pool } = test;
  // Of the relay alone; chain and pool run on the real one, and nobody waits for it there.
  const clock = new VirtualClock();
  // Its blocks are old, so that it would take itself to be far behind.
  const chain: RelayChain = {
    on: (listener) => test.chain.on(listener),
    isInitialBlockDownload: false,
  };
  const peers = peerSetOf();
  const entropy = new SeededEntropy('relay with a pool');
  const relay = new TransactionRelay({ clock, entropy, chain, pool, peers });
  relay.start();
  let count = 0;
  const connect = (options: FakePeerOptions = {}): FakePeer => {
    const peer = new FakePeer({ id: count++, ...options });
    peers.add(peer);
    relay.ready(peer);
    return peer;
  };
  const send = async (peer: FakePeer, ...transactions: readonly Transaction[]): Promise<void> => {
    for (const tx of transactions) await peer.says(relay, { command: 'tx', tx });
  };
  const has = (tx: Transaction): boolean => pool.get(txid(tx)) !== undefined;
  return { ...test, clock, relay, connect, send, has };
}

describe('relay with a pool that has rules', () => {
  it('tells the fee of the pool after the handshake, as Core does: 1,000 satoshis', async () => {
    const { connect } = await setup();
    expect(connect().sent).toEqual([{ command: 'feefilter', feeRate: 1000n }]);
  });

  it('announces what a peer sent, and gives it to those who ask', async () => {
    const { connect, send, coin, clock, relay } = await setup();
    const [sender, other] = [connect(), connect()];
    const tx = spendCoins([coin()]);
    await send(sender, tx);
    await clock.advance(WHILE);
    expect(other.sentOf('inv')).toEqual([{ command: 'inv', items: byWtxid(tx) }]);
    await other.says(relay, { command: 'getdata', items: byWtxid(tx) });
    expect(other.sentOf('tx')).toEqual([{ command: 'tx', tx }]);
    expect(sender.sentOf('inv')).toEqual([]);
  });

  it('takes a parent of version 3 that pays nothing, if its child pays for both (BIP431)', async () => {
    const { connect, send, coin, has, relay } = await setup();
    const peer = connect();
    const parent = spendCoins([coin()], { fee: 0n, version: 3 });
    const child = spendCoins([outputOf(parent)], { fee: 10_000n, version: 3 });
    await send(peer, parent);
    expect(has(parent)).toBe(false);
    await send(peer, child);
    expect(relay.orphans).toHaveLength(1);
    await send(peer, parent);
    expect([has(parent), has(child)]).toEqual([true, true]);
    expect(relay.orphans).toEqual([]);
  });

  it('takes a family in the wrong order', async () => {
    const { connect, send, coin, has } = await setup();
    const peer = connect();
    const first = spendCoins([coin()]);
    const second = spendCoins([outputOf(first)]);
    const third = spendCoins([outputOf(second)]);
    await send(peer, third, second, first);
    expect([first, second, third].map(has)).toEqual([true, true, true]);
  });

  it('announces a replacement, and not what it replaced', async () => {
    const { connect, send, coin, has, clock } = await setup();
    const [sender, other] = [connect(), connect()];
    const spent = coin();
    const cheap = spendCoins([spent], { fee: 1_000n });
    const dear = spendCoins([spent], { fee: 10_000n });
    await send(sender, cheap, dear);
    expect([has(cheap), has(dear)]).toEqual([false, true]);
    await clock.advance(WHILE);
    expect(other.sentOf('inv').flatMap(({ items }) => items)).toEqual(byWtxid(dear));
  });

  it('finds a script that fails at fault', async () => {
    const { connect, send, coin } = await setup();
    const tx = spendCoins([coin()], { witness: [Uint8Array.of(0x52)] });
    await expect(send(connect(), tx)).rejects.toMatchObject({
      name: 'PeerFault',
      rule: { verdict: 'invalid' },
    });
  });

  it('follows the chain: what a block has is not asked for, but given to those who heard of it', async () => {
    const { connect, send, coin, relay, mine, has } = await setup();
    const [sender, other] = [connect(), connect()];
    const tx = spendCoins([coin()]);
    await send(sender, tx);
    await mine([tx]);
    expect(has(tx)).toBe(false);
    await other.says(relay, { command: 'inv', items: byWtxid(tx) });
    expect(other.sentOf('getdata')).toEqual([]);
    await other.says(relay, { command: 'getdata', items: byWtxid(tx) });
    expect(other.sentOf('tx')).toHaveLength(1);
  });

  it('asks for a child of a confirmed coin no parents', async () => {
    const { connect, send, coin, has, clock } = await setup();
    const peer = connect();
    const tx = spendCoins([coin(), coin()]);
    await send(peer, tx);
    await clock.advance(WHILE);
    expect(has(tx)).toBe(true);
    expect(peer.sentOf('getdata')).toEqual([]);
  });
});
