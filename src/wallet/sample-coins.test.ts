import { describe, expect, it } from 'vitest';
import { SeededEntropy } from '../outside/entropy/seeded-entropy.ts';
import type { Txid } from '../protocol/primitives/hashes.ts';
import { p2wpkh } from '../protocol/script/templates.ts';
import { createPaymentOfMany } from './sample-coins.ts';
import { DEFAULT_RATES } from './spend/coin-input.ts';

const script = p2wpkh(new Uint8Array(20).fill(3));
const size = { scriptSig: 0, witness: 107 };

function coinsOf(count: number, value: bigint) {
  return Array.from({ length: count }, (_, vout) => ({
    outPoint: { txid: new Uint8Array(32).fill(1) as Txid, vout },
    output: { value, scriptPubKey: script },
    size,
  }));
}

function pay(amount: bigint, count: number) {
  const entropy = new SeededEntropy('many coins');
  const rates = { ...DEFAULT_RATES, feeRate: 1_000n };
  const recipients = [{ script, amount }];
  const change = { script, size };
  return createPaymentOfMany(
    { recipients, coins: coinsOf(count, 10_000n), change, rates },
    entropy,
  );
}

describe('a payment out of very many coins', () => {
  it('is made of some of them, from everywhere among them', () => {
    const { coins } = pay(500_000n, 40_000);
    expect(coins.length).toBeGreaterThan(49);
    const places = coins.map(({ outPoint }) => outPoint.vout);
    expect(Math.max(...places)).toBeGreaterThan(30_000);
    expect(Math.min(...places)).toBeLessThan(10_000);
  });

  it('says what is missing of all of them, where they do not suffice', () => {
    expect(() => pay(60_000_000n, 5_000)).toThrow(
      expect.objectContaining({
        code: 'insufficient-funds',
        shortage: expect.objectContaining({ available: 5_000n * (10_000n - 68n) }),
      }),
    );
  });
});
