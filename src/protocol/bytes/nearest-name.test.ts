import { expect, it } from 'vitest';
import { nearestName } from './nearest-name.ts';

const names = ['decode', 'tour', 'chain', 'help'];

it.each([
  ['decoed', 'decode'],
  ['Decode', 'decode'],
  ['tuor', 'tour'],
  ['chains', 'chain'],
  ['hlp', 'help'],
  ['xxxxxx', undefined],
  ['', undefined],
  ['z', undefined],
])('takes %j for %j', (typed, meant) => {
  expect(nearestName(typed, names)).toBe(meant);
});

it('is not slowed down by a very long word', () => {
  expect(nearestName('x'.repeat(10_000_000), names)).toBeUndefined();
});
