import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../outside/clock/virtual-clock.ts';
import { SeededEntropy } from '../../../outside/entropy/seeded-entropy.ts';
import { TxRequestTracker } from './transaction-requests.ts';

const A = new Uint8Array(32).fill(0xaa);
const B = new Uint8Array(32).fill(0xbb);
const C = new Uint8Array(32).fill(0xcc);
const EXPIRY = 60_000;

function setup(seed = 'requests') {
  const clock = new VirtualClock();
  const due: number[] = [];
  const tracker = new TxRequestTracker({
    clock,
    entropy: new SeededEntropy(seed),
    onDue: () => due.push(clock.monotonic()),
  });
  const offer = (peer: number, hash: Uint8Array, delayMs = 0, preferred = false): void =>
    tracker.offered({ peer, hash, byWtxid: true, preferred, delayMs });
  const ask = (peer: number): readonly Uint8Array[] => {
    const hashes = tracker.requestable(peer).map(({ hash }) => hash);
    for (const hash of hashes) tracker.requested(peer, hash);
    return hashes;
  };
  return { clock, tracker, due, offer, ask };
}

describe('a transaction that several peers offer', () => {
  it('is asked of one at a time', () => {
    const { offer, tracker, ask } = setup();
    for (const peer of [1, 2, 3]) offer(peer, A);
    const asked = [1, 2, 3].filter((peer) => ask(peer).length > 0);
    expect(asked).toHaveLength(1);
    expect(tracker.peersToAsk()).toEqual([]);
    expect([1, 2, 3].reduce((sum, peer) => sum + tracker.countInFlight(peer), 0)).toBe(1);
  });

  it('is asked of the next one at once if the first says that it has not got it', () => {
    const { offer, tracker, ask } = setup();
    for (const peer of [1, 2, 3]) offer(peer, A);
    const order: number[] = [];
    for (let round = 0; round < 3; round++) {
      const [peer] = tracker.peersToAsk();
      order.push(peer as number);
      ask(peer as number);
      tracker.answered(peer as number, A);
    }
    expect([...order].sort()).toEqual([1, 2, 3]);
    expect(tracker.size).toBe(0);
  });

  it('is asked of the next one if the first does not answer within a minute', async () => {
    const { offer, tracker, ask, clock, due } = setup();
    offer(1, A, 0, true);
    offer(2, A);
    expect(ask(1)).toEqual([A]);
    await clock.advance(EXPIRY - 1);
    expect(tracker.peersToAsk()).toEqual([]);
    await clock.advance(1);
    expect(due).toEqual([EXPIRY]);
    expect(tracker.peersToAsk()).toEqual([2]);
    expect(tracker.countInFlight(1)).toBe(0);
  });

  it('is asked of preferred peers before all others, whoever came first', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { offer, tracker } = setup(`preferred ${seed}`);
      offer(1, A);
      offer(2, A, 0, true);
      offer(3, A);
      expect(tracker.peersToAsk()).toEqual([2]);
    }
  });

  it('is asked of whom a draw says, not of whom came first', () => {
    const winners = Array.from({ length: 60 }, (_, seed) => {
      const { offer, tracker } = setup(`draw ${seed}`);
      for (const peer of [1, 2, 3]) offer(peer, A);
      return tracker.peersToAsk()[0];
    });
    for (const peer of [1, 2, 3]) {
      expect(winners.filter((winner) => winner === peer).length).toBeGreaterThan(8);
    }
  });

  it('is asked of another one if the peer leaves', () => {
    const { offer, tracker, ask } = setup();
    offer(1, A, 0, true);
    offer(2, A);
    ask(1);
    tracker.gone(1);
    expect(tracker.peersToAsk()).toEqual([2]);
    expect(tracker.count(1)).toBe(0);
  });

  it('is asked of nobody any more once it is here', () => {
    const { offer, tracker, ask, clock } = setup();
    offer(1, A, 0, true);
    offer(2, A, 2000);
    ask(1);
    tracker.forget(A);
    expect(tracker.size).toBe(0);
    expect(clock.pending).toBe(0);
  });
});

describe('an offer', () => {
  it('waits for its delay, and a timer says when it is over', async () => {
    const { offer, tracker, clock, due } = setup();
    offer(1, A, 2000);
    expect(tracker.peersToAsk()).toEqual([]);
    await clock.advance(1999);
    expect(due).toEqual([]);
    await clock.advance(1);
    expect(due).toEqual([2000]);
    expect(tracker.peersToAsk()).toEqual([1]);
  });

  it('counts once, however often it is made', () => {
    const { offer, tracker } = setup();
    offer(1, A);
    offer(1, A, 5000);
    expect(tracker.count(1)).toBe(1);
  });

  it('cannot be made again by a peer that was asked in vain, as long as others are left', () => {
    const { offer, tracker, ask } = setup();
    offer(1, A, 0, true);
    offer(2, A, 9999);
    ask(1);
    tracker.answered(1, A);
    offer(1, A, 0, true);
    expect(tracker.peersToAsk()).toEqual([]);
    expect(tracker.peersOffering(A)).toEqual([2]);
  });

  it('is asked for in the order in which a peer made it', async () => {
    const { offer, tracker, clock } = setup();
    offer(1, C, 10);
    offer(1, A, 30);
    offer(1, B, 20);
    await clock.advance(30);
    expect(tracker.requestable(1).map(({ hash }) => hash)).toEqual([C, A, B]);
  });
});

describe('the tracker', () => {
  it('has one timer, for what is due first, and none when nothing waits', async () => {
    const { offer, tracker, clock, ask } = setup();
    for (let peer = 0; peer < 50; peer++) offer(peer, A, 2000 + peer);
    expect(clock.pending).toBe(1);
    await clock.advance(2000);
    ask(0);
    expect(clock.pending).toBe(1);
    for (let peer = 0; peer < 50; peer++) tracker.gone(peer);
    expect(clock.pending).toBe(0);
    expect(tracker.size).toBe(0);
  });

  it('never asks two peers for one transaction at once, and forgets all that nobody has, whatever happens', () => {
    const step = fc.record({
      what: fc.constantFrom('offer', 'ask', 'answer', 'wait', 'gone'),
      peer: fc.integer({ min: 0, max: 4 }),
      hash: fc.constantFrom(A, B, C),
      delayMs: fc.constantFrom(0, 2000, 4000),
    });
    return fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { offer, tracker, ask, clock } = setup();
        for (const { what, peer, hash, delayMs } of steps) {
          if (what === 'offer') offer(peer, hash, delayMs, peer === 0);
          if (what === 'ask') ask(peer);
          if (what === 'answer') tracker.answered(peer, hash);
          if (what === 'wait') await clock.advance(delayMs);
          if (what === 'gone') tracker.gone(peer);
          const inFlight = [0, 1, 2, 3, 4].flatMap((one) => tracker.inFlight(one));
          expect(new Set(inFlight.map(({ hash: found }) => found)).size).toBe(inFlight.length);
        }
        // Nobody answers any more: all that is open is asked for, and forgotten.
        for (let round = 0; round < 6; round++) {
          await clock.advance(EXPIRY);
          for (const peer of tracker.peersToAsk()) ask(peer);
        }
        expect(tracker.size).toBe(0);
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it('takes 5,000 offers of each of 40 peers without trouble', () => {
    const { tracker, offer, ask } = setup();
    const source = new SeededEntropy('many');
    const hashes = Array.from({ length: 5000 }, () => source.bytes(32));
    const start = performance.now();
    for (let peer = 0; peer < 40; peer++)
      for (const hash of hashes) offer(peer, hash, peer === 0 ? 0 : 2000);
    expect(ask(0)).toHaveLength(5000);
    for (const hash of hashes) tracker.forget(hash);
    expect(tracker.size).toBe(0);
    expect(performance.now() - start).toBeLessThan(4000);
  });
});
