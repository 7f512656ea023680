import { expect, it } from 'vitest';
import { type OutboundPeer, selectExtra } from './select-extra.ts';

const places = { fullRelay: 2, blockRelay: 1, inbound: 10 };
const NOW = 10_000;

function peers(
  kind: OutboundPeer['kind'],
  ...lastBlocks: readonly number[]
): readonly OutboundPeer[] {
  return lastBlocks.map((lastBlockAt, id) => ({ id, kind, connectedAt: NOW - 31, lastBlockAt }));
}

it('lets nobody go while nobody is too many', () => {
  expect(selectExtra(peers('outbound-full-relay', 0, 0), places, NOW)).toEqual([]);
  expect(selectExtra(peers('block-relay-only', 0), places, NOW)).toEqual([]);
  expect(selectExtra(peers('inbound', 0, 0, 0, 0), places, NOW)).toEqual([]);
});

it('lets the full relay peer go whose last block is longest ago; of several the youngest', () => {
  expect(selectExtra(peers('outbound-full-relay', 5, 3, 9), places, NOW)).toEqual([1]);
  expect(selectExtra(peers('outbound-full-relay', 0, 0, 0), places, NOW)).toEqual([2]);
  expect(selectExtra(peers('outbound-full-relay', 0, 0, 9), places, NOW)).toEqual([1]);
});

it('lets the new block relay peer go unless it was first with a block', () => {
  expect(selectExtra(peers('block-relay-only', 5, 0), places, NOW)).toEqual([1]);
  expect(selectExtra(peers('block-relay-only', 5, 5), places, NOW)).toEqual([1]);
  expect(selectExtra(peers('block-relay-only', 5, 6), places, NOW)).toEqual([0]);
});

it('gives everybody thirty seconds to show what he is worth', () => {
  const young = peers('outbound-full-relay', 5, 5, 0).map((peer) => ({
    ...peer,
    connectedAt: NOW - 30,
  }));
  expect(selectExtra(young, places, NOW)).toEqual([]);
});
