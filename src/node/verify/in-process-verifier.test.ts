import { expect, it } from 'vitest';
import {
  blockScripts,
  plainSpendings,
  signedSpendings,
} from '../../../test/fixtures/script-blocks.ts';
import type { Clock } from '../../outside/clock/clock.ts';
import { SystemClock } from '../../outside/clock/system-clock.ts';
import { InProcessVerifier } from './in-process-verifier.ts';

const OP_1 = Uint8Array.of(0x51);
const THOUSAND = plainSpendings(Array.from({ length: 1000 }, () => [OP_1]));

/** Counts turns. Every look at it takes so many milliseconds. */
class CountingClock implements Clock {
  readonly turnsAt: number[] = [];
  readonly #step: number;
  #time = 0;

  constructor(step: number) {
    this.#step = step;
  }

  now(): number {
    return 0;
  }

  monotonic(): number {
    this.#time += this.#step;
    return this.#time;
  }

  schedule(): () => void {
    return () => {};
  }

  async nextTurn(): Promise<void> {
    this.turnsAt.push(this.#time);
  }
}

it('gives others a turn after 10 ms', async () => {
  const clock = new CountingClock(1);
  expect(await new InProcessVerifier(clock).verify(blockScripts(THOUSAND))).toBeUndefined();
  expect(clock.turnsAt).toHaveLength(100);
  // It looks once when a slice begins, and after each input.
  expect(clock.turnsAt[50]).toBe(51 * 11);
});

it('gives others a turn after 256 inputs if the clock stands still meanwhile', async () => {
  const clock = new CountingClock(0);
  expect(await new InProcessVerifier(clock).verify(blockScripts(THOUSAND))).toBeUndefined();
  expect(clock.turnsAt).toHaveLength(3);
});

it('lets others have their turns while it is at real signatures', async () => {
  const clock = new SystemClock();
  let isOver = false;
  const answer = new InProcessVerifier(clock)
    .verify(blockScripts(signedSpendings(200)))
    .finally(() => {
      isOver = true;
    });
  let turns = 0;
  for (; !isOver; turns++) await clock.nextTurn();
  expect(await answer).toBeUndefined();
  expect(turns).toBeGreaterThan(2);
});
