import { describe, expect, it } from 'vitest';
import { FakePeer, type FakePeerOptions } from '../../../../test/fixtures/fake-peer.ts';
import { FakePool } from '../../../../test/fixtures/fake-pool.ts';
import { FakeChain } from '../../../../test/fixtures/relay-setup.ts';
import { VirtualClock } from '../../../outside/clock/virtual-clock.ts';
import { SeededEntropy } from '../../../outside/entropy/seeded-entropy.ts';
import { FeeFilterSender, FeeRateRounder } from './fee-filter.ts';

const MINUTE = 60_000;
const MAX_MONEY = 2_100_000_000_000_000n;

function setup(blocksOnly = false) {
  const clock = new VirtualClock();
  const [pool, chain] = [new FakePool(), new FakeChain()];
  const entropy = new SeededEntropy('fee filter');
  const sender = new FeeFilterSender({ clock, entropy, chain, pool, blocksOnly });
  const connect = (options: FakePeerOptions = {}): FakePeer => {
    const peer = new FakePeer(options);
    sender.ready(peer);
    return peer;
  };
  const ratesOf = (peer: FakePeer): readonly bigint[] =>
    peer.sentOf('feefilter').map(({ feeRate }) => feeRate);
  return { clock, pool, chain, sender, connect, ratesOf };
}

describe('BIP133: the rate that peers are told', () => {
  it('is that of the relay fee after the handshake, and nothing more while the pool is not full', async () => {
    const { clock, connect, ratesOf, sender } = setup();
    const peer = connect();
    expect(ratesOf(peer)).toEqual([1000n]);
    sender.changed();
    expect(clock.pending).toBe(0);
    await clock.advance(100 * MINUTE);
    expect(ratesOf(peer)).toEqual([1000n]);
  });

  it('is as high as it can be while the chain is not known, and the true one right after that', () => {
    const { chain, sender, connect, ratesOf, clock } = setup();
    chain.isInitialBlockDownload = true;
    const peer = connect();
    const [highest] = ratesOf(peer) as [bigint];
    expect(highest).toBeGreaterThan(9_000_000n);
    expect(highest).toBeLessThanOrEqual(10_000_000n);
    expect(clock.pending).toBe(0);
    chain.isInitialBlockDownload = false;
    sender.changed();
    expect(ratesOf(peer)).toEqual([highest, 1000n]);
  });

  it('is told again about every ten minutes while the pool is full, if it has changed', async () => {
    const { clock, pool, sender, connect, ratesOf } = setup();
    const peers = Array.from({ length: 50 }, (_, id) => connect({ id }));
    pool.rollingFeeRate = 1200n;
    sender.changed();
    await clock.advance(10 * MINUTE);
    const heard = peers.filter((peer) => ratesOf(peer).length > 1).length;
    expect(heard).toBeGreaterThan(15);
    expect(heard).toBeLessThan(45);
    await clock.advance(60 * MINUTE);
    expect(peers.every((peer) => ratesOf(peer).length > 1)).toBe(true);
  });

  it('is told within five minutes when it has changed by more than a third', async () => {
    const { clock, pool, sender, connect, ratesOf } = setup();
    const peers = Array.from({ length: 30 }, (_, id) => connect({ id }));
    pool.rollingFeeRate = 50_000n;
    sender.changed();
    await clock.advance(5 * MINUTE);
    for (const peer of peers) expect(Number(ratesOf(peer)[1])).toBeGreaterThan(40_000);
  });

  it('falls back to the relay fee when the pool has room again, and the timers end', async () => {
    const { clock, pool, sender, connect, ratesOf } = setup();
    const peer = connect();
    pool.rollingFeeRate = 50_000n;
    sender.changed();
    await clock.advance(5 * MINUTE);
    pool.rollingFeeRate = 0n;
    await clock.advance(200 * MINUTE);
    expect(ratesOf(peer).at(-1)).toBe(1000n);
    expect(clock.pending).toBe(0);
  });

  it('is not told to those from whom everything or nothing is wanted, nor to old ones', () => {
    const { connect } = setup();
    for (const options of [
      { permissions: ['forcerelay'] },
      { kind: 'block-relay-only' },
      { protocolVersion: 70012 },
    ] as const) {
      expect(connect(options).sent).toEqual([]);
    }
    expect(connect({ protocolVersion: 70013 }).sent).toHaveLength(1);
    expect(setup(true).connect().sent).toEqual([]);
  });

  it('leaves no timer for a peer that is gone', () => {
    const { clock, pool, sender, connect } = setup();
    const peer = connect();
    pool.rollingFeeRate = 50_000n;
    sender.changed();
    expect(clock.pending).toBe(1);
    sender.gone(peer);
    expect(clock.pending).toBe(0);
  });
});

describe('rates are rounded', () => {
  const rounder = new FeeRateRounder(new SeededEntropy('rounder'));

  it('to steps of a tenth that begin at half the incremental fee', () => {
    const results = new Set(Array.from({ length: 200 }, () => rounder.round(1000n)));
    // 500 * 1.1^7 and 500 * 1.1^8
    expect([...results].sort()).toEqual([1071n, 974n]);
    expect(rounder.round(0n)).toBe(0n);
  });

  it('down in two cases of three', () => {
    const down = Array.from({ length: 3000 }, () => rounder.round(1000n)).filter((r) => r === 974n);
    expect(down.length).toBeGreaterThan(1850);
    expect(down.length).toBeLessThan(2150);
  });

  it('to the highest step if they are above it', () => {
    expect(rounder.round(MAX_MONEY)).toBe(rounder.round(2n * MAX_MONEY));
  });
});
