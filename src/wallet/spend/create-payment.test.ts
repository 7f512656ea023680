import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VectorFolder } from '../../../test/conformance/vector-check.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { type Transaction, txWeight } from '../../protocol/primitives/transaction.ts';
import { DEFAULT_RATES, type SpendableCoin } from './coin-input.ts';
import { createPayment } from './create-payment.ts';
import { CHANGE, coin, scriptOf, WPKH } from './fake-coins.ts';
import type { InputSize } from './input-size.ts';
import { messageOutput } from './message-output.ts';
import { PaymentError } from './payment-error.ts';
import type { Payment, PaymentRequest } from './payment-request.ts';

const PAYEE = scriptOf('wpkh', 7);
const TIP = { height: 850_000, isCurrent: true };

/** Declared again: what nodes take for dust, by the length of the script. */
const DUST: Readonly<Record<number, bigint>> = { 22: 294n, 34: 330n, 25: 546n };

function requestFor(
  coins: readonly SpendableCoin[],
  amount: bigint,
  changes: Partial<PaymentRequest> = {},
): PaymentRequest {
  return {
    recipients: [{ script: PAYEE, amount }],
    rates: { ...DEFAULT_RATES, feeRate: 5_000n },
    ...{ coins, change: CHANGE },
    ...changes,
  };
}

const pay = (request: PaymentRequest, seed = 'payment'): Payment =>
  createPayment(request, new SeededEntropy(seed));

/** The transaction with witnesses and scripts of the sizes that its coins said. */
function filled({ tx, coins }: Payment): Transaction {
  const unlocking = ({ scriptSig, witness }: InputSize) => ({
    scriptSig: new Uint8Array(scriptSig),
    // A count, a length, and what is left.
    witness: witness === 0 ? [] : [new Uint8Array(witness - 2)],
  });
  const inputs = tx.inputs.map((input, i) => ({
    ...input,
    ...unlocking((coins[i] as SpendableCoin).size),
  }));
  return { ...tx, inputs };
}

const sum = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n);
const paidIn = ({ coins }: Payment): bigint => sum(coins.map(({ output }) => output.value));
const paidOut = ({ tx }: Payment): bigint => sum(tx.outputs.map(({ value }) => value));

function failureOf(call: () => unknown): PaymentError {
  try {
    call();
  } catch (error) {
    if (error instanceof PaymentError) return error;
    throw error;
  }
  throw new Error('a payment was made');
}

/** What has to hold of every payment whatever was asked for. */
function checkPayment(payment: Payment, request: PaymentRequest): void {
  const { tx, fee, changePosition } = payment;
  expect(paidIn(payment)).toBe(paidOut(payment) + fee);
  const weight = txWeight(filled(payment));
  expect(weight).toBe(payment.weight);
  const vsize = Math.ceil(weight / 4);
  expect(payment.vsize).toBe(vsize);
  expect(fee * 1000n).toBeGreaterThanOrEqual(request.rates.feeRate * BigInt(vsize));
  for (const { value, scriptPubKey } of tx.outputs) {
    const least = scriptPubKey[0] === 0x6a ? 0n : DUST[scriptPubKey.length];
    expect(value).toBeGreaterThanOrEqual(least ?? -1n);
  }
  const others = tx.outputs.filter((_, i) => i !== changePosition);
  expect(others.map(({ scriptPubKey }) => scriptPubKey)).toEqual(
    request.recipients.map(({ script }) => script),
  );
  const names = payment.coins.map(({ outPoint }) => outPoint.txid.join());
  expect(new Set(names).size).toBe(names.length);
  expect(tx.inputs.map(({ prevout }) => prevout)).toEqual(
    payment.coins.map(({ outPoint }) => outPoint),
  );
}

const anyKind = fc.constantFrom('wpkh', 'tr', 'pkh' as const);
const anyCoin = fc
  .record({ value: fc.bigInt(1n, 300_000n), kind: anyKind, owner: fc.integer({ min: 1, max: 4 }) })
  .map(({ value, kind, owner }) => coin(value, { kind, owner }));
const anyRecipient = fc.record({
  script: fc.record({ kind: anyKind, owner: fc.nat(9) }).map((of) => scriptOf(of.kind, of.owner)),
  amount: fc.bigInt(600n, 150_000n),
  subtractFee: fc.boolean(),
});
const anyRequest: fc.Arbitrary<PaymentRequest> = fc
  .record({
    coins: fc.array(anyCoin, { minLength: 1, maxLength: 25 }),
    recipients: fc.array(anyRecipient, { minLength: 1, maxLength: 4 }),
    feeRate: fc.bigInt(0n, 100_000n),
    message: fc.option(fc.string({ maxLength: 20 })),
    subtract: fc.boolean(),
    avoidPartialSpends: fc.boolean(),
    required: fc.nat(3),
    changeKind: anyKind,
    floor: fc.option(fc.bigInt(0n, 20_000n)),
  })
  .map((of) => ({
    recipients: [
      ...of.recipients.map((one) => ({ ...one, subtractFee: of.subtract && one.subtractFee })),
      ...(of.message === null ? [] : [messageOutput(of.message)]),
    ],
    coins: of.coins,
    required: of.coins.slice(0, of.required),
    rates: { ...DEFAULT_RATES, feeRate: of.feeRate },
    change: { script: scriptOf(of.changeKind, 77) },
    avoidPartialSpends: of.avoidPartialSpends,
    ...(of.floor === null ? {} : { feeFloor: { base: of.floor, feeRate: 1_000n } }),
    tip: TIP,
  }));

describe('a payment', () => {
  it('adds up, pays its rate, and makes no dust, whatever is asked for', () => {
    let made = 0;
    fc.assert(
      fc.property(anyRequest, fc.string(), (request, seed) => {
        let payment: Payment;
        try {
          payment = pay(request, seed);
        } catch (error) {
          expect(error).toBeInstanceOf(PaymentError);
          return;
        }
        made++;
        checkPayment(payment, request);
        const { feeFloor, required = [] } = request;
        if (feeFloor !== undefined) {
          expect(payment.fee).toBeGreaterThanOrEqual(feeFloor.base + BigInt(payment.vsize));
        }
        expect(payment.coins.slice(0, required.length)).toEqual(required);
        const isShared = request.recipients.some(({ subtractFee }) => subtractFee === true);
        const paid = payment.tx.outputs.filter((_, i) => i !== payment.changePosition);
        for (const [i, { amount, subtractFee }] of request.recipients.entries()) {
          if (subtractFee !== true) expect(paid[i]?.value).toBe(amount);
        }
        if (payment.algorithm === 'bnb') expect(payment.changePosition).toBeUndefined();
        if (payment.changePosition === undefined && !isShared) return;
        // With change, or out of somebody's share, not a satoshi more than is needed is paid.
        const least = (request.rates.feeRate * BigInt(payment.vsize) + 999n) / 1000n;
        const floor = feeFloor === undefined ? 0n : feeFloor.base + BigInt(payment.vsize);
        expect(payment.fee).toBe(least > floor ? least : floor);
      }),
      { numRuns: 400 },
    );
    expect(made).toBeGreaterThan(100);
  });

  it('is the same every time with the same chance', () => {
    const coins = Array.from({ length: 20 }, (_, i) => coin(BigInt(40_000 + 999 * i)));
    const request = requestFor(coins, 333_333n, { tip: TIP });
    expect(pay(request, 'a')).toEqual(pay(request, 'a'));
  });

  it('gives change no place of its own', () => {
    const positions = Array.from({ length: 40 }, (_, i) => {
      const payees = [1, 2].map((owner) => ({ script: scriptOf('tr', owner), amount: 10_000n }));
      const request = requestFor([coin(1_000_000n)], 0n, { recipients: payees });
      return pay(request, `place ${i}`).changePosition;
    });
    expect(new Set(positions)).toEqual(new Set([0, 1, 2]));
    const fixed = requestFor([coin(1_000_000n)], 5_000n, { changePosition: 1 });
    expect(pay(fixed).tx.outputs[1]?.scriptPubKey).toEqual(CHANGE.script);
    const beyond = requestFor([coin(1_000_000n)], 5_000n, { changePosition: 2 });
    expect(failureOf(() => pay(beyond)).code).toBe('bad-change-position');
  });

  it('has the form that Core gives it: version 2, the height, replaceable', () => {
    const request = requestFor([coin(1_000_000n)], 5_000n, { tip: TIP });
    const { tx } = pay(request);
    expect([tx.version, tx.inputs[0]?.sequence]).toEqual([2, 0xfffffffd]);
    expect(tx.lockTime).toBeGreaterThan(849_900);
    const other = pay({ ...request, version: 3, lockTime: 7, replaceable: false }).tx;
    expect([other.version, other.lockTime, other.inputs[0]?.sequence]).toEqual([3, 7, 0xfffffffe]);
  });

  it('keeps a sequence that a coin asks for, and then has no lock time of its own', () => {
    const waiting = coin(1_000_000n, { sequence: 144 });
    const { tx } = pay(requestFor([waiting], 5_000n, { tip: TIP }));
    expect([tx.lockTime, tx.inputs[0]?.sequence]).toEqual([0, 144]);
  });

  it('needs no change script where there is no change', () => {
    // 11 bytes around, 31 of the output, 68 of the input, at 5 sat.
    const exact = requestFor([coin(100_000n + 550n)], 100_000n, { change: undefined });
    expect(pay(exact)).toMatchObject({ fee: 550n, algorithm: 'bnb', changePosition: undefined });
    const over = requestFor([coin(150_000n)], 100_000n, { change: undefined });
    expect(failureOf(() => pay(over)).code).toBe('no-change-script');
  });

  it('pays the miner what is not worth an output', () => {
    const { fee, tx } = pay(requestFor([coin(100_000n + 550n + 900n)], 100_000n));
    expect([fee, tx.outputs.length]).toEqual([1_450n, 1]);
  });

  it('counts the longer numbers of inputs and outputs', () => {
    const coins = Array.from({ length: 300 }, () => coin(10_000n, { kind: 'pkh' }));
    const many = requestFor(coins, 300n * (10_000n - 148n) - 35_000n, {
      rates: { ...DEFAULT_RATES, feeRate: 1_000n },
      change: { script: CHANGE.script, size: WPKH },
    });
    const payment = pay(many);
    expect(payment.coins.length).toBeGreaterThan(252);
    checkPayment(payment, many);
    const recipients = Array.from({ length: 252 }, (_, i) => ({
      ...{ script: scriptOf('tr', i), amount: 1_000n },
    }));
    const wide = requestFor([coin(1_000_000n)], 0n, { recipients });
    expect(pay(wide).tx.outputs).toHaveLength(253);
    checkPayment(pay(wide), wide);
  });

  it('chooses again where the longer number of inputs was not paid for', () => {
    // Of whole bytes, so that nothing is left over by rounding that would pay for two bytes more.
    const size = { scriptSig: 0, witness: 252 };
    const named = Array.from({ length: 253 }, () => ({ ...coin(1_104n), size }));
    const request = requestFor([coin(50_000n)], 253n * 1_000n - 42n, {
      required: named,
      rates: { ...DEFAULT_RATES, feeRate: 1_000n },
    });
    const payment = pay(request);
    expect(payment.coins).toHaveLength(254);
    checkPayment(payment, request);
    const alone = failureOf(() => pay({ ...request, coins: [] }));
    expect(alone.shortage).toEqual({ needed: 253_002n, available: 253_000n });
  });

  it('reaches a fee that has to be reached, with other coins where these do not', () => {
    // Alone, the first one would pay exactly.
    const coins = [coin(100_550n), coin(130_000n)];
    const request = requestFor(coins, 100_000n, { feeFloor: { base: 20_000n, feeRate: 1_000n } });
    const payment = pay(request);
    expect(payment.fee).toBe(20_000n + BigInt(payment.vsize));
    checkPayment(payment, request);
  });
});

describe('coins that are named', () => {
  const named = [coin(20_000n, { kind: 'pkh' }), coin(30_000n)];
  const others = [coin(500_000n), coin(600_000n)];

  it('are spent in their order, alone where they suffice', () => {
    const request = requestFor([...others, ...named], 40_000n, { required: named });
    expect(pay(request)).toMatchObject({ coins: named, algorithm: 'manual' });
    const joined = pay({ ...request, recipients: [{ script: PAYEE, amount: 400_000n }] });
    expect(joined.coins.slice(0, 2)).toEqual(named);
    expect(joined.coins.length).toBeGreaterThan(2);
    checkPayment(joined, { ...request, recipients: [{ script: PAYEE, amount: 400_000n }] });
  });

  it('are joined by no others where none may join', () => {
    const request = requestFor(others, 60_000n, { required: named, mayAddCoins: false });
    const failure = failureOf(() => pay(request));
    expect(failure.code).toBe('preselected-short');
    expect(failure.coreWords).toMatch(/^The preselected coins total amount does not cover/);
    // 20,000 less 148 bytes and 30,000 less 68 bytes at 5 sat.
    expect(failure.shortage).toEqual({ needed: 60_210n, available: 48_920n });
  });

  it('cost what Core 28.1 says they do', () => {
    const vectors = VectorFolder.find();
    if (vectors === undefined) {
      console.log('skipped: there is no folder of reference data');
      return;
    }
    const line = vectors
      .text('rpc/wallet.jsonl')
      .split('\n')
      .find((text) => text.includes('"walletcreatefundedpsbt"') && text.includes('"fee":'));
    expect(line).toContain('"fee_rate":10,');
    expect(line).toContain('"fee":0.00001440,"changepos":1');
    const request = requestFor([], 1_000_000_000n, {
      recipients: [{ script: scriptOf('pkh', 1), amount: 1_000_000_000n }],
      required: [coin(5_000_000_000n)],
      ...{ mayAddCoins: false, changePosition: 1, lockTime: 0 },
      rates: { ...DEFAULT_RATES, feeRate: 10_000n },
    });
    const { fee, tx } = pay(request);
    expect([fee, tx.outputs[1]?.value, tx.lockTime]).toEqual([1_440n, 3_999_998_560n, 0]);
  });
});

describe('a fee that recipients bear', () => {
  it('is shared, and the first has what does not divide', () => {
    const recipients = [1, 2, 3].map((owner) => ({
      ...{ script: scriptOf('wpkh', owner), amount: 100_000n, subtractFee: owner !== 2 },
    }));
    const request = requestFor([coin(1_000_000n)], 0n, {
      recipients,
      rates: { ...DEFAULT_RATES, feeRate: 1_001n },
      changePosition: 3,
    });
    const { tx, fee } = pay(request);
    // 10.5 around, 4 outputs of 31 bytes, an input of 67.75: 203 bytes at 1.001 sat.
    expect(fee).toBe(204n);
    expect(tx.outputs.map(({ value }) => value)).toEqual([99_898n, 100_000n, 99_898n, 700_000n]);
    const odd = pay({ ...request, rates: { ...DEFAULT_RATES, feeRate: 1_005n } });
    expect(odd.fee).toBe(205n);
    expect(odd.tx.outputs.map(({ value }) => value)).toEqual([
      99_897n,
      100_000n,
      99_898n,
      700_000n,
    ]);
  });

  it('is refused where too little would be left', () => {
    const shared = (amount: bigint, feeRate: bigint) =>
      requestFor([coin(1_000_000n)], 0n, {
        recipients: [{ script: PAYEE, amount, subtractFee: true }],
        rates: { ...DEFAULT_RATES, feeRate },
      });
    expect(failureOf(() => pay(shared(1_000n, 10_000n))).code).toBe('amount-below-fee');
    expect(failureOf(() => pay(shared(1_000n, 6_000n))).code).toBe('dust-after-fee');
  });

  it('empties a wallet', () => {
    const coins = [coin(10_000n), coin(20_000n)];
    const request = requestFor(coins, 0n, {
      recipients: [{ script: PAYEE, amount: 30_000n, subtractFee: true }],
    });
    const payment = pay(request);
    expect(payment.tx.outputs).toHaveLength(1);
    expect(paidOut(payment)).toBe(30_000n - payment.fee);
  });
});

describe('what cannot be paid', () => {
  const coins = [coin(100_000n)];

  it.each<[code: string, coreWords: string, request: PaymentRequest]>([
    [
      'no-recipients',
      'Transaction must have at least one recipient',
      requestFor(coins, 0n, { recipients: [] }),
    ],
    ['negative-amount', 'Transaction amounts must not be negative', requestFor(coins, -1n)],
    ['dust-output', 'Transaction amount too small', requestFor(coins, 293n)],
    ['insufficient-funds', 'Insufficient funds', requestFor(coins, 100_000n)],
    [
      'nothing-to-pay',
      'Transaction requires one destination of non-0 value, a non-0 feerate, or a pre-selected input',
      requestFor(coins, 0n, {
        recipients: [messageOutput('hello')],
        rates: { ...DEFAULT_RATES, feeRate: 0n },
      }),
    ],
    [
      'bad-max-weight',
      'Maximum transaction weight must be between 260 and 400000',
      requestFor(coins, 1_000n, { maxWeight: 259 }),
    ],
    [
      'outputs-too-heavy',
      'Maximum transaction weight is less than transaction weight without inputs',
      requestFor(coins, 1_000n, {
        maxWeight: 260,
        recipients: [1, 2].map((owner) => ({ script: scriptOf('tr', owner), amount: 1_000n })),
      }),
    ],
    [
      'fee-too-high',
      'Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)',
      requestFor(coins, 1_000n, { maxFee: 600n }),
    ],
    [
      'too-small',
      'tx-size-small',
      requestFor([], 0n, {
        recipients: [messageOutput('')],
        required: [coin(1_000n)],
        rates: { ...DEFAULT_RATES, feeRate: 1_000n },
      }),
    ],
  ])('is told by a code, and in the words of Core: %s', (code, coreWords, request) => {
    const failure = failureOf(() => pay(request));
    expect([failure.code, failure.coreWords]).toEqual([code, coreWords]);
    expect(failure.message).not.toContain('\n');
  });

  it('is told with what is missing', () => {
    const failure = failureOf(() => pay(requestFor(coins, 100_000n)));
    expect(failure.shortage).toEqual({ needed: 100_210n, available: 99_660n });
    expect(failure.message).toBe(
      'funds are short: the payment and its fees take 100210 sat, and the coins that can be spent are worth 99660 sat at this fee rate',
    );
  });

  it('is not more than a transaction holds', () => {
    const dusty = Array.from({ length: 2_000 }, () => coin(2_000n, { kind: 'pkh' }));
    const request = requestFor(dusty, 2_000_000n, { rates: { ...DEFAULT_RATES, feeRate: 1_000n } });
    expect(failureOf(() => pay(request)).code).toBe('inputs-too-heavy');
    const preset = { ...request, required: dusty.slice(0, 900) };
    expect(failureOf(() => pay(preset)).code).toBe('combination-too-heavy');
  });
});

describe('an address that was paid several times', () => {
  const four = Array.from({ length: 4 }, () => coin(100_000n, { owner: 5 }));
  /** At 5 sat, a coin more costs 340. */
  const request = requestFor(four, 50_000n);

  it('is emptied where that costs no more than was allowed', () => {
    expect(pay(request).coins.length).toBeLessThan(4);
    expect(pay({ ...request, maxGroupingFee: 1_020n }).coins).toHaveLength(4);
  });

  it('is not where it costs more', () => {
    expect(pay({ ...request, maxGroupingFee: 300n }).coins.length).toBeLessThan(4);
    expect(pay({ ...request, maxGroupingFee: 0n }).coins.length).toBeLessThan(4);
  });

  it('is emptied whatever it costs where that is asked for', () => {
    expect(pay({ ...request, avoidPartialSpends: true }).coins).toHaveLength(4);
  });
});

it('a payment is found among 100,000 coins at once', () => {
  const coins = Array.from({ length: 100_000 }, (_, i) =>
    coin(BigInt(10_000 + ((i * 7_919) % 1_000_003)), { kind: i % 3 === 0 ? 'tr' : 'wpkh' }),
  );
  const request = requestFor(coins, 123_456_789n);
  const start = performance.now();
  checkPayment(pay(request), request);
  // Some 0.2 s of one core; the rest is for machines that have others to serve.
  expect(performance.now() - start).toBeLessThan(3_000);
});
