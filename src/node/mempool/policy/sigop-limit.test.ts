import { expect, it } from 'vitest';
import { checkSigopLimit } from './sigop-limit.ts';

it('bad-txns-too-many-sigops: a fifth of a block at most', () => {
  expect(() => checkSigopLimit(16_000)).not.toThrow();
  expect(() => checkSigopLimit(16_001)).toThrow('bad-txns-too-many-sigops, 16001');
});
