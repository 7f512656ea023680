import { expect, it } from 'vitest';
import { ReceiveQueue } from './receive-queue.ts';

class Tap {
  isOpen = true;
  pause(): void {
    this.isOpen = false;
  }
  resume(): void {
    this.isOpen = true;
  }
}

it('lets the other side wait when the limit is exceeded, until most is gone', () => {
  const [tap, shared] = [new Tap(), { waiting: 0, working: 0 }];
  const queue = new ReceiveQueue(tap, shared, 100_000);
  queue.push(new Uint8Array(60_000));
  queue.push(new Uint8Array(40_000));
  expect(tap.isOpen).toBe(true);
  queue.push(new Uint8Array(1));
  expect(tap.isOpen).toBe(false);
  expect(queue.shift()).toHaveLength(60_000);
  expect([queue.waiting, shared.waiting, tap.isOpen]).toEqual([40_001, 40_001, true]);
  queue.clear();
  expect([queue.waiting, shared.waiting, queue.shift()]).toEqual([0, 0, undefined]);
});

it('gives each peer its share only, when all together have 64 megabytes waiting', () => {
  const shared = { waiting: 0, working: 0 };
  const taps = Array.from({ length: 20 }, () => new Tap());
  const queues = taps.map((tap) => new ReceiveQueue(tap, shared, 5_000_000));
  const mostOf = (tap: Tap, queue: ReceiveQueue): void => {
    while (tap.isOpen) queue.push(new Uint8Array(65_536));
  };
  for (const [i, tap] of taps.entries()) mostOf(tap, queues[i] as ReceiveQueue);
  expect(shared.waiting).toBeLessThan(70_000_000);
  expect(queues[0]?.waiting).toBeGreaterThan(4_900_000);
  expect(queues[19]?.waiting).toBeLessThan(200_000);
});
