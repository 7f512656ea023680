import { expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import { DEFAULT_OPTIONS, placesOf } from './network-parts.ts';

it('there are 125 places: eight for everything, two for blocks, one for feelers, the rest for others', () => {
  expect(DEFAULT_OPTIONS.maxConnections).toBe(125);
  expect(placesOf(125)).toEqual({ fullRelay: 8, blockRelay: 2, inbound: 114 });
  expect(LIMITS).toMatchObject({ outboundFullRelay: 8, outboundBlockRelay: 2, manual: 8 });
});

it('with fewer places our own choice comes first', () => {
  expect(placesOf(10)).toEqual({ fullRelay: 8, blockRelay: 2, inbound: 0 });
  expect(placesOf(9)).toEqual({ fullRelay: 8, blockRelay: 1, inbound: 0 });
  expect(placesOf(3)).toEqual({ fullRelay: 3, blockRelay: 0, inbound: 0 });
  expect(placesOf(0)).toEqual({ fullRelay: 0, blockRelay: 0, inbound: 0 });
});

it('five megabytes of a peer wait to be handled, and one to be sent to it', () => {
  expect(DEFAULT_OPTIONS).toMatchObject({ receiveBuffer: 5_000_000, sendBuffer: 1_000_000 });
});
