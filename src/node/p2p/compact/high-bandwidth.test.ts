import { expect, it } from 'vitest';
import { FakePeer } from '../../../../test/fixtures/fake-peer.ts';
import type { ConnectionKind } from '../peer/peer.ts';
import { HighBandwidthPeers } from './high-bandwidth.ts';

function promoted(...kinds: readonly ConnectionKind[]): readonly boolean[] {
  const fast = new HighBandwidthPeers();
  const peers = kinds.map((kind, id) => new FakePeer({ id, kind }));
  for (const peer of peers) fast.promote(peer);
  return peers.map((peer) => fast.has(peer));
}

it('is for three peers: the last that gave us a new block', () => {
  const inbound = 'inbound';
  expect(promoted(inbound, inbound, inbound)).toEqual([true, true, true]);
  expect(promoted(inbound, inbound, inbound, inbound, inbound)).toEqual([
    false,
    false,
    true,
    true,
    true,
  ]);
});

it('keeps the last peer that we chose when one comes by itself', () => {
  const [ours, inbound] = ['outbound-full-relay', 'inbound'] as const;
  expect(promoted(ours, inbound, inbound, inbound)).toEqual([true, false, true, true]);
  expect(promoted(ours, ours, inbound, inbound)).toEqual([false, true, true, true]);
  expect(promoted(ours, inbound, inbound, ours)).toEqual([false, true, true, true]);
});

it('is told to a peer once, and taken back once', () => {
  const fast = new HighBandwidthPeers();
  const peers = [0, 1, 2, 3].map((id) => new FakePeer({ id }));
  const [first, , third] = peers as [FakePeer, FakePeer, FakePeer];
  for (const peer of peers.slice(0, 3)) fast.promote(peer);
  fast.promote(first);
  expect(first.sentOf('sendcmpct')).toHaveLength(1);
  fast.promote(peers[3] as FakePeer);
  // The first has given us a block since, so the second has to go.
  expect(peers.map((peer) => fast.has(peer))).toEqual([true, false, true, true]);
  expect(peers[1]?.sentOf('sendcmpct').map(({ announce }) => announce)).toEqual([true, false]);
  fast.remove(third);
  expect(fast.has(third)).toBe(false);
  expect(third.sentOf('sendcmpct')).toHaveLength(1);
});
