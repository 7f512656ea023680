import { describe, expect, it } from 'vitest';
import { FakePeer, type FakePeerOptions } from '../../../../test/fixtures/fake-peer.ts';
import { VirtualClock } from '../../../outside/clock/virtual-clock.ts';
import { SeededEntropy } from '../../../outside/entropy/seeded-entropy.ts';
import type { PeerAddress } from '../../../protocol/wire/peer-address.ts';
import { noLog } from '../../log/log.ts';
import { PeerFault } from '../peer/peer-fault.ts';
import { AddressBook } from './address-book.ts';
import { type AddressRules, privateRules, publicRules } from './address-rules.ts';
import { parseAddress } from './address-text.ts';
import { BanList } from './ban-list.ts';
import { AddressGossip, type GossipParts } from './gossip.ts';
import type { NetAddress } from './net-address.ts';
import { subnetOf } from './subnet.ts';

const START = 1_700_000_000;
const HOUR = 3600;
const ONION = 'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion';

function at(text: string): NetAddress {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(text);
  return address;
}

function told(text: string, options: Partial<PeerAddress> = {}): PeerAddress {
  return { ...at(text), port: 8333, time: START, services: 9n, ...options };
}

/** So many addresses of as many groups. */
function many(count: number, options: Partial<PeerAddress> = {}): readonly PeerAddress[] {
  return Array.from({ length: count }, (_, i) => told(`${20 + (i >> 8)}.${i & 255}.7.7`, options));
}

function setUp(options: Partial<GossipParts> = {}, rules: AddressRules = publicRules) {
  const clock = new VirtualClock(START * 1000);
  const entropy = new SeededEntropy('gossip');
  const book = new AddressBook({ clock, entropy, rules });
  const bans = new BanList(clock);
  const gossip = new AddressGossip({
    clock,
    entropy,
    log: noLog,
    book,
    bans,
    services: 9n,
    ...options,
  });
  let ids = 0;
  const join = (peerOptions: FakePeerOptions): FakePeer => {
    const id = ids++;
    const remote = { host: `${100 + id}.1.1.1`, port: 8333 };
    const peer = new FakePeer({ id, remote, ...peerOptions });
    gossip.ready(peer);
    return peer;
  };
  const sentTo = (peer: FakePeer): readonly PeerAddress[] =>
    peer.takeSent().flatMap((message) => ('addresses' in message ? message.addresses : []));
  return { clock, book, bans, gossip, join, sentTo };
}

describe('getaddr', () => {
  it('is sent to peers of our choice, and to none for blocks alone, feelers, or inbound ones', () => {
    const { join } = setUp();
    const asked = (options: FakePeerOptions): number => join(options).sentOf('getaddr').length;
    expect(asked({ kind: 'outbound-full-relay' })).toBe(1);
    expect(asked({ kind: 'manual' })).toBe(1);
    expect(asked({ kind: 'addr-fetch' })).toBe(1);
    expect(asked({ kind: 'block-relay-only' })).toBe(0);
    expect(asked({ kind: 'feeler' })).toBe(0);
    expect(asked({ kind: 'inbound' })).toBe(0);
  });

  it('is answered once, at once, to inbound peers only, with 23 of a hundred', async () => {
    const { book, gossip, join, sentTo, clock } = setUp();
    for (const address of many(600)) book.add([address], address);
    const expected = Math.floor(book.size * 0.23);
    const peer = join({ kind: 'inbound' });
    await peer.says(gossip, { command: 'getaddr' });
    expect(sentTo(peer)).toHaveLength(expected);
    await peer.says(gossip, { command: 'getaddr' });
    await clock.advance(HOUR * 1000);
    expect(sentTo(peer)).toEqual([]);
    const outbound = join({ kind: 'outbound-full-relay' });
    await outbound.says(gossip, { command: 'getaddr' });
    await clock.advance(HOUR * 1000);
    expect(sentTo(outbound)).toEqual([]);
  });

  it('gets everybody the same answer for a day, and another one after 27 hours', async () => {
    const { book, gossip, join, sentTo, clock } = setUp();
    for (const address of many(600)) book.add([address], address);
    const local = { host: '100.200.0.1', port: 8333 };
    const ask = async (): Promise<readonly string[]> => {
      const peer = join({ kind: 'inbound', local });
      await peer.says(gossip, { command: 'getaddr' });
      gossip.gone(peer);
      return sentTo(peer)
        .map(({ address }) => address.join('.'))
        .sort();
    };
    const first = await ask();
    expect(first.length).toBeGreaterThan(50);
    await clock.advance(20 * HOUR * 1000);
    expect(await ask()).toEqual(first);
    await clock.advance(7 * HOUR * 1000);
    expect(await ask()).not.toEqual(first);
  });

  it('is answered with everything on a private chain, which has no strangers', async () => {
    const { book, gossip, join, sentTo } = setUp({}, privateRules);
    for (let i = 1; i < 11; i++) book.add([told(`10.0.0.${i}`)], at('10.0.0.1'));
    const peer = join({ kind: 'inbound', remote: { host: '10.0.0.99', port: 5000 } });
    await peer.says(gossip, { command: 'getaddr' });
    expect(sentTo(peer)).toHaveLength(book.size);
  });

  it('is answered to old peers without the addresses that they cannot read', async () => {
    const { book, gossip, join } = setUp({}, privateRules);
    book.add([told(ONION), told('8.8.8.8')], at('8.8.8.8'));
    const old = join({ kind: 'inbound', wantsAddrV2: false });
    await old.says(gossip, { command: 'getaddr' });
    expect(old.sentOf('addr')[0]?.addresses.map(({ network }) => network)).toEqual([1]);
    const young = join({ kind: 'inbound', wantsAddrV2: true });
    await young.says(gossip, { command: 'getaddr' });
    expect(young.sentOf('addrv2')[0]?.addresses).toHaveLength(2);
  });

  it('is answered without who is banned or discouraged', async () => {
    const { book, bans, gossip, join, sentTo } = setUp({}, privateRules);
    book.add([told('8.8.8.8'), told('9.9.9.9'), told('7.7.7.7')], at('8.8.8.8'));
    bans.ban(subnetOf(at('8.8.8.8')));
    bans.discourage(at('9.9.9.9'));
    const peer = join({ kind: 'inbound' });
    await peer.says(gossip, { command: 'getaddr' });
    expect(sentTo(peer).map(({ address }) => address.join('.'))).toEqual(['7.7.7.7']);
  });
});

describe('addresses that a peer tells', () => {
  it('more than 1,000 at once are its fault', async () => {
    const { gossip, join } = setUp();
    const peer = join({ kind: 'inbound' });
    await peer.says(gossip, { command: 'addr', addresses: many(1000) });
    for (const command of ['addr', 'addrv2'] as const) {
      const saying = peer.says(gossip, { command, addresses: many(1001) });
      await expect(saying).rejects.toThrow(PeerFault);
      await expect(saying).rejects.toMatchObject({
        subject: 'message',
        code: 'oversized-addr',
        message: `${command} message size = 1001`,
      });
    }
  });

  it('are heard at one in ten seconds, a thousand in a burst, and a thousand more when asked', async () => {
    const { gossip, join, clock } = setUp();
    const inbound = join({ kind: 'inbound' });
    await inbound.says(gossip, { command: 'addr', addresses: many(1000) });
    expect(gossip.figures(inbound)).toEqual({ isRelaying: true, processed: 1, rateLimited: 999 });
    await clock.advance(100_000);
    await inbound.says(gossip, { command: 'addr', addresses: many(1000) });
    expect(gossip.figures(inbound).processed).toBe(11);
    await clock.advance(100_000_000);
    for (let i = 0; i < 3; i++)
      await inbound.says(gossip, { command: 'addr', addresses: many(1000) });
    expect(gossip.figures(inbound).processed).toBe(1011);
    const asked = join({ kind: 'outbound-full-relay' });
    for (let i = 0; i < 3; i++)
      await asked.says(gossip, { command: 'addr', addresses: many(1000) });
    expect(gossip.figures(asked).processed).toBe(1001);
    const trusted = join({ kind: 'inbound', permissions: ['addr'] });
    for (let i = 0; i < 3; i++)
      await trusted.says(gossip, { command: 'addr', addresses: many(1000) });
    expect(gossip.figures(trusted).processed).toBe(3000);
  });

  it('are hearsay: two hours older than they say, and five days if they say nonsense', async () => {
    const { gossip, book, join } = setUp();
    const peer = join({ kind: 'outbound-full-relay' });
    const addresses = [
      told('8.8.8.8'),
      told('9.9.9.9', { time: START + 601 }),
      told('7.7.7.7', { time: 100_000_000 }),
      told('6.6.6.6', { services: 8n }),
    ];
    await peer.says(gossip, { command: 'addr', addresses });
    expect(book.get(told('8.8.8.8'))?.time).toBe(START - 2 * HOUR);
    expect(book.get(told('9.9.9.9'))?.time).toBe(START - 122 * HOUR);
    expect(book.get(told('7.7.7.7'))?.time).toBe(START - 122 * HOUR);
    expect(book.get(told('6.6.6.6'))).toBeUndefined();
  });

  it('go nowhere when they come over a connection for blocks alone', async () => {
    const { gossip, book, join } = setUp();
    const peer = join({ kind: 'block-relay-only' });
    await peer.says(gossip, { command: 'addr', addresses: many(2000) });
    expect(book.size).toBe(0);
  });

  it('end a connection that was opened for them, but for a single one', async () => {
    const { gossip, join } = setUp();
    const peer = join({ kind: 'addr-fetch' });
    await peer.says(gossip, { command: 'addr', addresses: many(1) });
    expect(peer.isGone).toBe(false);
    await peer.says(gossip, { command: 'addr', addresses: many(2) });
    expect(peer.isGone).toBe(true);
  });
});

describe('fresh addresses', () => {
  async function relayed(text: string, told2: Partial<PeerAddress> = {}, alongside = 0) {
    const setting = setUp();
    const from = setting.join({ kind: 'inbound' });
    const others = Array.from({ length: 12 }, () => setting.join({ kind: 'outbound-full-relay' }));
    const silent = setting.join({ kind: 'inbound' });
    const blocks = setting.join({ kind: 'block-relay-only' });
    await setting.clock.advance(200_000);
    const addresses = [
      told(text, { time: START + 200, ...told2 }),
      ...many(alongside, { time: 0 }),
    ];
    await from.says(setting.gossip, { command: 'addrv2', addresses });
    await setting.clock.advance(HOUR * 1000);
    expect([from, silent, blocks].flatMap(setting.sentTo)).toEqual([]);
    return { ...setting, from, others, counts: others.map((peer) => setting.sentTo(peer).length) };
  }

  it('are passed on to two others, the same ones all day, and others another day', async () => {
    const { gossip, clock, from, others, counts, sentTo } = await relayed('8.8.8.8');
    expect(counts.filter((count) => count === 1)).toHaveLength(2);
    const days = new Set<string>();
    for (let day = 0; day < 5; day++) {
      await clock.advance(24 * HOUR * 1000);
      const time = Math.floor(clock.now() / 1000);
      await from.says(gossip, { command: 'addrv2', addresses: [told(`8.8.8.${day}`, { time })] });
      await clock.advance(HOUR * 1000);
      days.add(others.map((peer) => sentTo(peer).length).join(''));
    }
    expect(days.size).toBeGreaterThan(2);
  });

  it('are not passed on when they are 10 minutes old, came with ten others, or are private', async () => {
    const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
    expect(sum((await relayed('8.8.8.8', { time: START - 400 })).counts)).toBe(0);
    expect(sum((await relayed('8.8.8.8', { time: START - 399 })).counts)).toBe(2);
    expect(sum((await relayed('8.8.8.8', {}, 9)).counts)).toBe(2);
    expect(sum((await relayed('8.8.8.8', {}, 10)).counts)).toBe(0);
    expect(sum((await relayed('10.0.0.1')).counts)).toBe(0);
  });

  it('of a network that is out of reach go to one or two others, and not into the book', async () => {
    const { counts, book } = await relayed(ONION);
    const passedOn = counts.filter((count) => count === 1).length;
    expect(passedOn === 1 || passedOn === 2).toBe(true);
    expect(book.get(told(ONION))).toBeUndefined();
  });

  it('are not told to a peer that told them', async () => {
    const { gossip, clock, from, others, sentTo } = await relayed('8.8.8.8');
    const time = Math.floor(clock.now() / 1000);
    const addresses = [told('8.8.4.4', { time })];
    for (const peer of others) await peer.says(gossip, { command: 'addrv2', addresses });
    await from.says(gossip, { command: 'addrv2', addresses });
    await clock.advance(HOUR * 1000);
    expect([from, ...others].flatMap(sentTo)).toEqual([]);
  });
});

describe('the address of this node', () => {
  const own = { port: 8333, addresses: () => [at('5.5.5.5')] };

  it('is told at once to those it connected to, and about daily after that', async () => {
    const { gossip, join, sentTo, clock } = setUp({ own });
    const peer = join({ kind: 'outbound-full-relay' });
    expect(sentTo(peer)).toMatchObject([
      { ...at('5.5.5.5'), port: 8333, services: 9n, time: START },
    ]);
    let times = 0;
    for (let hour = 0; hour < 24 * 30; hour++) {
      await clock.advance(HOUR * 1000);
      gossip.pulse(peer);
      times += sentTo(peer).length;
    }
    expect(times).toBeGreaterThan(15);
    expect(times).toBeLessThan(50);
    expect(sentTo(join({ kind: 'block-relay-only' }))).toEqual([]);
  });

  it('is told to an inbound peer when it first asks, and to nobody while this node catches up', async () => {
    let isSyncing = true;
    const { gossip, join, sentTo, clock } = setUp({ own, isSyncing: () => isSyncing });
    const peer = join({ kind: 'inbound' });
    await peer.says(gossip, { command: 'getaddr' });
    expect(sentTo(peer)).toEqual([]);
    isSyncing = false;
    gossip.pulse(peer);
    await clock.advance(HOUR * 1000);
    expect(sentTo(peer)).toHaveLength(1);
  });

  it('is sometimes the one that the peer sees, with the port that this node listens on', () => {
    const { join, sentTo } = setUp({ own });
    const mapped = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 6, 6, 6, 6);
    const receiver = { services: 0n, address: mapped, port: 50_000 };
    const seen = Array.from({ length: 40 }, () => {
      const peer = join({ kind: 'outbound-full-relay', version: { receiver } });
      return sentTo(peer).map(({ address, port }) => `${address.join('.')}:${port}`)[0];
    });
    expect(new Set(seen)).toEqual(new Set(['5.5.5.5:8333', '6.6.6.6:8333']));
  });
});

describe('a peer that is gone', () => {
  it('leaves no timer behind, and gets nothing more', async () => {
    const { gossip, book, join, clock } = setUp({}, privateRules);
    book.add([told('8.8.8.8')], at('8.8.8.8'));
    const peer = join({ kind: 'inbound' });
    gossip.pulse(peer);
    await peer.says(gossip, { command: 'addr', addresses: many(1) });
    await peer.says(gossip, { command: 'getaddr' });
    expect(clock.pending).toBe(1);
    gossip.gone(peer);
    expect(clock.pending).toBe(0);
    expect(peer.sent).toEqual([]);
  });
});
