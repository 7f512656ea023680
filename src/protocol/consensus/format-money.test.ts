import { expect, it } from 'vitest';
import { formatMoney } from './format-money.ts';

it('writes amounts as Bitcoin Core does in its messages', () => {
  const amounts = [0n, 1n, 10n, 1_000_000n, 50_000_000n, 100_000_000n, 2_100_000_000_000_000n, -5n];
  expect(amounts.map(formatMoney)).toEqual([
    '0.00',
    '0.00000001',
    '0.0000001',
    '0.01',
    '0.50',
    '1.00',
    '21000000.00',
    '-0.00000005',
  ]);
});
