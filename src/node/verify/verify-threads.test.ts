import { expect, it } from 'vitest';
import { verifyThreads } from './verify-threads.ts';

it('leaves a core to the main thread, unless it is the only one', () => {
  expect([1, 2, 4, 8].map((cores) => verifyThreads(undefined, cores))).toEqual([1, 1, 3, 7]);
  expect([1, 2, 4, 8].map((cores) => verifyThreads(0, cores))).toEqual([1, 1, 3, 7]);
});

it('starts as many threads as it is told, or leaves so many cores free', () => {
  expect([1, 2, 15].map((par) => verifyThreads(par, 4))).toEqual([1, 2, 15]);
  expect([-1, -2, -4, -9].map((par) => verifyThreads(par, 4))).toEqual([3, 2, 1, 1]);
});

it('never starts more than 15', () => {
  expect(verifyThreads(undefined, 64)).toBe(15);
  expect(verifyThreads(100, 4)).toBe(15);
});
