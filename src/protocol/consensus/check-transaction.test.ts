import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Txid } from '../primitives/hashes.ts';
import type { Transaction, TxIn, TxOut } from '../primitives/transaction.ts';
import { checkTransactionSanity } from './check-transaction.ts';
import { RuleError } from './rule-error.ts';

const MAX_MONEY = 2_100_000_000_000_000n;

function prevout(fill: number, vout = 0): TxIn['prevout'] {
  return { txid: new Uint8Array(32).fill(fill) as Txid, vout };
}

function input(point: TxIn['prevout'], scriptSize = 0): TxIn {
  return {
    prevout: point,
    scriptSig: new Uint8Array(scriptSize),
    sequence: 0xffffffff,
    witness: [],
  };
}

function output(value: bigint, scriptSize = 1): TxOut {
  return { value, scriptPubKey: new Uint8Array(scriptSize) };
}

function transaction(inputs: readonly TxIn[], outputs: readonly TxOut[]): Transaction {
  return { version: 2, inputs, outputs, lockTime: 0 };
}

const nullInput = (scriptSize: number): TxIn => input(prevout(0, 0xffffffff), scriptSize);

function verdictOf(tx: Transaction): string {
  try {
    checkTransactionSanity(tx);
    return 'ok';
  } catch (error) {
    expect(error).toBeInstanceOf(RuleError);
    const { code, verdict, details } = error as RuleError;
    expect([verdict, details]).toEqual(['invalid', '']);
    return code;
  }
}

describe('checkTransactionSanity', () => {
  it('passes an ordinary transaction and a coinbase', () => {
    expect(verdictOf(transaction([input(prevout(1))], [output(0n)]))).toBe('ok');
    expect(verdictOf(transaction([nullInput(2)], [output(5n)]))).toBe('ok');
  });

  it('wants inputs, then outputs', () => {
    expect(verdictOf(transaction([], []))).toBe('bad-txns-vin-empty');
    expect(verdictOf(transaction([input(prevout(1))], []))).toBe('bad-txns-vout-empty');
  });

  it('bounds the size without witnesses at a quarter of the block weight, to the byte', () => {
    const ofSize = (size: number): Transaction =>
      // 4 version, 1 count, 41 input, 1 count, 8 value, 5 script length, 4 lock time
      transaction([input(prevout(1))], [output(0n, size - 64)]);
    expect(verdictOf(ofSize(1_000_000))).toBe('ok');
    expect(verdictOf(ofSize(1_000_001))).toBe('bad-txns-oversize');
    const witness = [new Uint8Array(3_000_000)];
    expect(verdictOf(transaction([{ ...input(prevout(1)), witness }], [output(0n)]))).toBe('ok');
  });

  it('bounds each amount, and their sum', () => {
    const paying = (...values: bigint[]): string =>
      verdictOf(
        transaction(
          [input(prevout(1))],
          values.map((value) => output(value)),
        ),
      );
    expect(paying(MAX_MONEY)).toBe('ok');
    expect(paying(-1n)).toBe('bad-txns-vout-negative');
    expect(paying(MAX_MONEY + 1n)).toBe('bad-txns-vout-toolarge');
    expect(paying(MAX_MONEY, 1n)).toBe('bad-txns-txouttotal-toolarge');
    // The first output that breaks a rule is the one that is named.
    expect(paying(MAX_MONEY, 1n, -1n)).toBe('bad-txns-txouttotal-toolarge');
  });

  it('bounds the script of a coinbase at 2 and 100 bytes', () => {
    const sizes = [1, 2, 100, 101].map((size) =>
      verdictOf(transaction([nullInput(size)], [output(0n)])),
    );
    expect(sizes).toEqual(['bad-cb-length', 'ok', 'ok', 'bad-cb-length']);
  });

  it('knows the null outpoint by both its parts, and allows it in a coinbase alone', () => {
    expect(verdictOf(transaction([input(prevout(0, 0))], [output(0n)]))).toBe('ok');
    expect(verdictOf(transaction([input(prevout(1, 0xffffffff))], [output(0n)]))).toBe('ok');
    const two = transaction([input(prevout(1)), nullInput(2)], [output(0n)]);
    expect(verdictOf(two)).toBe('bad-txns-prevout-null');
  });

  it('finds an outpoint that is spent twice, wherever it is and however many inputs there are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 300 }),
        fc.nat(),
        fc.nat(),
        fc.boolean(),
        (count, a, b, repeat) => {
          const inputs = Array.from({ length: count }, (_, i) =>
            input(prevout(1 + (i % 7), Math.floor(i / 7))),
          );
          const from = a % count;
          const to = b % count;
          if (repeat) inputs[to] = input({ ...(inputs[from] as TxIn).prevout });
          const expected = repeat && from !== to ? 'bad-txns-inputs-duplicate' : 'ok';
          expect(verdictOf(transaction(inputs, [output(0n)]))).toBe(expected);
        },
      ),
    );
  });

  it('names the duplicate before the null outpoints that it consists of', () => {
    const twice = transaction([nullInput(2), nullInput(2)], [output(0n)]);
    expect(verdictOf(twice)).toBe('bad-txns-inputs-duplicate');
  });

  it('takes the most inputs that fit a block in time that grows with their number alone', () => {
    const inputs = Array.from({ length: 24_000 }, (_, i) => input(prevout(1, i)));
    const started = performance.now();
    expect(verdictOf(transaction(inputs, [output(0n)]))).toBe('ok');
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
