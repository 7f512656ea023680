import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { txWeight } from '../../protocol/primitives/transaction.ts';
import { type BumpRequest, bumpFee, bumpFeeRate, type Replaceable } from './bump-fee.ts';
import { DEFAULT_RATES, type SpendableCoin } from './coin-input.ts';
import { createPayment } from './create-payment.ts';
import { CHANGE, coin, scriptOf, WPKH } from './fake-coins.ts';
import { PaymentError } from './payment-error.ts';
import type { PaymentRequest } from './payment-request.ts';

const PAYEE = scriptOf('wpkh', 7);
const RULES = { incrementalFeeRate: 1_000n, minFeeRate: 1_000n };
const FRESH = { script: scriptOf('wpkh', 99), size: WPKH };

/** A payment that has been signed: witnesses of full size stand in for the real ones. */
function original(
  coins: readonly SpendableCoin[],
  amount: bigint,
  changes: Partial<PaymentRequest> = {},
): Replaceable & { fee: bigint } {
  const payment = createPayment(
    {
      recipients: [{ script: PAYEE, amount }],
      rates: { ...DEFAULT_RATES, feeRate: 2_000n },
      ...{ coins, change: CHANGE },
      ...changes,
    },
    new SeededEntropy('original'),
  );
  const inputs = payment.tx.inputs.map((input, i) => ({
    ...input,
    witness: [new Uint8Array((payment.coins[i] as SpendableCoin).size.witness - 2)],
  }));
  return { ...payment, tx: { ...payment.tx, inputs } };
}

const bump = (request: Omit<BumpRequest, 'rules' | 'rates' | 'change'> & Partial<BumpRequest>) =>
  bumpFee(
    { rules: RULES, rates: DEFAULT_RATES, change: FRESH, ...request },
    new SeededEntropy('bump'),
  );

function failureOf(call: () => unknown): PaymentError {
  try {
    call();
  } catch (error) {
    if (error instanceof PaymentError) return error;
    throw error;
  }
  throw new Error('a replacement was made');
}

describe('a bumped fee', () => {
  it('comes off the change, at the old rate, a satoshi for what was rounded, and 5 sat a byte', () => {
    const first = original([coin(100_000n)], 40_000n);
    expect(first.fee).toBe(282n);
    expect(bumpFeeRate(first, RULES)).toBe(2_000n + 1n + 5_000n);
    const second = bump({ original: first, coins: [] });
    expect([second.oldFee, second.fee]).toEqual([282n, 988n]);
    expect(second.coins).toEqual(first.coins);
    const amountTo = (script: Uint8Array) =>
      second.tx.outputs.find(({ scriptPubKey }) => scriptPubKey === script)?.value;
    expect(amountTo(PAYEE)).toBe(40_000n);
    // The same address, and none of the fresh ones is used up.
    expect(amountTo(CHANGE.script)).toBe(60_000n - 988n);
  });

  it('follows what a node asks for where that is more', () => {
    const first = original([coin(100_000n)], 40_000n);
    expect(bumpFeeRate(first, { incrementalFeeRate: 9_000n, minFeeRate: 1_000n })).toBe(11_001n);
    expect(bumpFeeRate(first, { incrementalFeeRate: 1_000n, minFeeRate: 50_000n })).toBe(50_000n);
  });

  it('takes other coins where change is too little, and pays change for them', () => {
    const first = original([coin(50_000n), coin(40_000n)], 88_000n);
    const more = [coin(70_000n), ...first.coins];
    const second = bump({ original: first, coins: more, feeRate: 60_000n });
    expect(second.coins.slice(0, 2)).toEqual(first.coins);
    expect(second.coins).toHaveLength(3);
    expect(failureOf(() => bump({ original: first, coins: [], feeRate: 60_000n })).code).toBe(
      'insufficient-funds',
    );
  });

  it('comes off what was sent where all of it came back', () => {
    const first = original([coin(30_000n)], 30_000n, {
      recipients: [{ script: PAYEE, amount: 30_000n, subtractFee: true }],
    });
    const second = bump({ original: { ...first, changePosition: 0 }, coins: [], feeRate: 20_000n });
    expect(second.tx.outputs).toHaveLength(1);
    expect(second.tx.outputs[0]?.value).toBe(30_000n - second.fee);
    expect(second.fee).toBe(20n * 110n);
  });

  it('pays others instead where others are named', () => {
    const first = original([coin(100_000n)], 40_000n);
    const other = scriptOf('tr', 3);
    const second = bump({
      ...{ original: first, coins: [] },
      recipients: [{ script: other, amount: 10_000n }],
    });
    const scripts = second.tx.outputs.map(({ scriptPubKey }) => scriptPubKey);
    expect(new Set(scripts)).toEqual(new Set([other, FRESH.script]));
  });

  it('pays for its size also where change was dropped and its fee with it', () => {
    // 20 inputs, an output and change are 1,428 bytes. Change of 1,000 sat pays for less than these.
    const own = Array.from({ length: 20 }, () => coin(100_000n));
    const paid = original(own, 1_200_000n, { required: own, changePosition: 1 });
    const outputs = paid.tx.outputs.map((output, i) =>
      i === 1 ? { ...output, value: 1_000n } : output,
    );
    const first = { ...paid, tx: { ...paid.tx, outputs } };
    const second = bump({ original: first, coins: [coin(200_000n)] });
    expect(second.oldFee).toBe(799_000n);
    expect(second.fee).toBeGreaterThanOrEqual(799_000n + BigInt(second.vsize));
  });

  it('always replaces: more than before, by the increment for its whole size', () => {
    const values = fc.array(fc.bigInt(5_000n, 60_000n), { minLength: 1, maxLength: 6 });
    let made = 0;
    fc.assert(
      fc.property(
        values,
        values,
        fc.integer({ min: 1, max: 99 }),
        fc.bigInt(0n, 50_000n),
        (own, more, part, feeRate) => {
          const coins = own.map((value) => coin(value));
          const total = own.reduce((sum, value) => sum + value, 0n);
          let first: ReturnType<typeof original>;
          try {
            first = original(coins, (total * BigInt(part)) / 100n, {
              rates: { ...DEFAULT_RATES, feeRate },
            });
            const second = bump({ original: first, coins: more.map((value) => coin(value)) });
            made++;
            expect(second.fee).toBeGreaterThanOrEqual(first.fee + BigInt(second.vsize));
            const rate = (first.fee * 1000n) / BigInt(Math.ceil(txWeight(first.tx) / 4));
            expect((second.fee * 1000n) / BigInt(second.vsize)).toBeGreaterThan(rate);
            expect(second.coins.slice(0, first.coins.length)).toEqual(first.coins);
          } catch (error) {
            expect(error).toBeInstanceOf(PaymentError);
          }
        },
      ),
      { numRuns: 300 },
    );
    expect(made).toBeGreaterThan(100);
  });
});

describe('a fee that is no bump', () => {
  const first = original([coin(100_000n)], 40_000n);

  it('is refused, and not raised unasked', () => {
    const low = failureOf(() => bump({ original: first, coins: [], feeRate: 2_990n }));
    expect(low.code).toBe('bump-below-increment');
    expect(low.coreWords).toBe(
      'Insufficient total fee 0.00000422, must be at least 0.00000423 (oldFee 0.00000282 + incrementalFee 0.00000141)',
    );
  });

  it('is refused below the minimum of the pool', () => {
    const rules = { incrementalFeeRate: 1_000n, minFeeRate: 20_000n };
    const low = failureOf(() => bump({ original: first, coins: [], feeRate: 10_000n, rules }));
    expect([low.code, low.coreWords]).toEqual([
      'bump-below-pool-minimum',
      'New fee rate (0.0001) is lower than the minimum fee rate (0.0002) to get into the mempool -- ',
    ]);
  });

  it('is one of a transaction that says it is final', () => {
    const final = original([coin(100_000n)], 40_000n, { replaceable: false });
    expect(failureOf(() => bump({ original: final, coins: [] })).code).toBe('not-replaceable');
  });
});
