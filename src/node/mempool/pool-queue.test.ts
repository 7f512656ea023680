import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../outside/clock/virtual-clock.ts';
import { PoolQueue } from './pool-queue.ts';

describe('what is done to the pool', () => {
  it('is done in order, one after the other, whether it takes time or not', async () => {
    const clock = new VirtualClock();
    const queue = new PoolQueue(clock);
    const done: number[] = [];
    const slow = queue.run(async () => {
      await Promise.resolve();
      done.push(1);
    });
    const fast = queue.run(() => done.push(2));
    expect(done).toEqual([]);
    await Promise.all([slow, fast]);
    expect(done).toEqual([1, 2]);
  });

  it('lets the chain go first, and alone while it is held', async () => {
    const queue = new PoolQueue(new VirtualClock());
    const done: string[] = [];
    queue.hold();
    const waiting = queue.run(() => done.push('transaction'));
    await queue.runFirst(() => done.push('block'));
    await queue.runFirst(() => done.push('repair'));
    expect(done).toEqual(['block', 'repair']);
    queue.release();
    await waiting;
    expect(done).toEqual(['block', 'repair', 'transaction']);
  });

  it('does at once what the chain asks for, unless something is under way', async () => {
    const queue = new PoolQueue(new VirtualClock());
    const done: string[] = [];
    expect(queue.runFirst(() => done.push('block'))).toBe(1);
    const slow = queue.runFirst(async () => {
      await undefined;
      done.push('repair');
    });
    const last = queue.run(() => done.push('transaction'));
    const next = queue.runFirst(() => done.push('next block'));
    expect(done).toEqual(['block']);
    expect(next).toBeInstanceOf(Promise);
    await Promise.all([slow, next, last]);
    expect(done).toEqual(['block', 'repair', 'next block', 'transaction']);
    expect(() =>
      queue.runFirst(() => {
        throw new Error('at once');
      }),
    ).toThrow('at once');
    expect(await queue.run(() => 7)).toBe(7);
  });

  it('fails for whoever asked for it, and for nobody else', async () => {
    const queue = new PoolQueue(new VirtualClock());
    const broken = queue.run(() => {
      throw new Error('now');
    });
    const late = queue.run(async () => {
      throw new Error('later');
    });
    const fine = queue.run(() => 7);
    await expect(broken).rejects.toThrow('now');
    await expect(late).rejects.toThrow('later');
    expect(await fine).toBe(7);
  });

  it('is done however much there is', async () => {
    const queue = new PoolQueue(new VirtualClock());
    const numbers = Array.from({ length: 5_000 }, (_, i) => i);
    const answers = await Promise.all(numbers.map((number) => queue.run(() => number)));
    expect(answers).toEqual(numbers);
  });
});
