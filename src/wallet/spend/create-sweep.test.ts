import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { createSweep, type SweepRequest } from './create-sweep.ts';
import { coin, scriptOf } from './fake-coins.ts';
import { PaymentError } from './payment-error.ts';

const [A, B, C] = [1, 2, 3].map((owner) => scriptOf('wpkh', owner)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];
const rates = { feeRate: 5_000n, dustFeeRate: 3_000n };
const sweep = (request: SweepRequest) => createSweep(request, new SeededEntropy('sweep'));

function failureOf(call: () => unknown): PaymentError {
  try {
    call();
  } catch (error) {
    if (error instanceof PaymentError) return error;
    throw error;
  }
  throw new Error('a sweep was made');
}

describe('a sweep', () => {
  it('sends all that there is, less the fee', () => {
    const coins = [coin(10_000n), coin(20_000n, { kind: 'tr' })];
    const { tx, fee, vsize, changePosition } = sweep({ coins, recipients: [{ script: A }], rates });
    // 42 around, 124 of the output, 271 and 231 of the inputs: 668 units are 167 bytes.
    expect([vsize, fee, changePosition]).toEqual([167, 835n, undefined]);
    expect(tx.outputs).toEqual([{ value: 29_165n, scriptPubKey: A }]);
    expect(tx.inputs.map(({ prevout }) => prevout)).toEqual(coins.map(({ outPoint }) => outPoint));
  });

  it('shares what is left among those without an amount', () => {
    const recipients = [{ script: A }, { script: B, amount: 5_000n }, { script: C }];
    const { tx, fee } = sweep({ coins: [coin(20_001n)], recipients, rates });
    expect(fee).toBe(860n);
    expect(tx.outputs.map(({ value }) => value)).toEqual([7_071n, 5_000n, 7_070n]);
  });

  it('leaves out what costs more than it holds where that is asked for', () => {
    const coins = [coin(10_000n), coin(339n), coin(340n)];
    const request = { coins, recipients: [{ script: A }], rates };
    expect(sweep(request).coins).toHaveLength(3);
    expect(sweep({ ...request, onlyWorthwhile: true }).coins).toEqual([coins[0], coins[2]]);
  });

  it('adds up, and pays its rate to the satoshi', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt(1n, 100_000n), { minLength: 1, maxLength: 20 }),
        fc.array(fc.option(fc.bigInt(0n, 50_000n), { nil: undefined }), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.bigInt(0n, 50_000n),
        fc.boolean(),
        (values, amounts, feeRate, onlyWorthwhile) => {
          const coins = values.map((value) => coin(value));
          const recipients = amounts.map((amount, i) => {
            const script = scriptOf('tr', i);
            return amount === undefined ? { script } : { script, amount };
          });
          const request = { coins, recipients, rates: { ...rates, feeRate }, onlyWorthwhile };
          try {
            const payment = sweep(request);
            const paidOut = payment.tx.outputs.reduce((sum, { value }) => sum + value, 0n);
            const paidIn = payment.coins.reduce((sum, { output }) => sum + output.value, 0n);
            expect(paidIn).toBe(paidOut + payment.fee);
            expect(payment.fee).toBe((feeRate * BigInt(payment.vsize) + 999n) / 1000n);
            for (const { value } of payment.tx.outputs) expect(value).toBeGreaterThanOrEqual(330n);
          } catch (error) {
            expect(error).toBeInstanceOf(PaymentError);
          }
        },
      ),
    );
  });

  it.each<[coreWords: string, code: string, changes: Partial<SweepRequest>]>([
    [
      'Must provide at least one address without a specified amount',
      'sweep-without-rest',
      { recipients: [{ script: A, amount: 1_000n }] },
    ],
    [
      "Total value of UTXO pool too low to pay for transaction. Try using lower feerate or excluding uneconomic UTXOs with 'send_max' option.",
      'sweep-worthless',
      { coins: [coin(550n)] },
    ],
    [
      'Total value of UTXO pool too low to pay for transaction, try using lower feerate.',
      'sweep-worthless',
      { coins: [coin(340n)], onlyWorthwhile: true },
    ],
    [
      'Assigned more value to outputs than available funds.',
      'sweep-short',
      { recipients: [{ script: A }, { script: B, amount: 10_001n }] },
    ],
    [
      'Insufficient funds for fees after creating specified outputs.',
      'sweep-below-fee',
      { recipients: [{ script: A }, { script: B, amount: 9_900n }] },
    ],
    [
      'Dynamically assigned remainder results in dust output.',
      'sweep-dust',
      { recipients: [{ script: A }, { script: B, amount: 9_002n }] },
    ],
    [
      'Transaction amount too small',
      'dust-output',
      { recipients: [{ script: A }, { script: B, amount: 293n }] },
    ],
    ['Transaction too large', 'too-large', { maxWeight: 436 }],
  ])('is refused in the words of Core: %s', (coreWords, code, changes) => {
    const request = { coins: [coin(10_000n)], recipients: [{ script: A }], rates, ...changes };
    const failure = failureOf(() => sweep(request));
    expect([failure.code, failure.coreWords]).toEqual([code, coreWords]);
  });
});
