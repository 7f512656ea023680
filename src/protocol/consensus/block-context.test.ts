import { describe, expect, it } from 'vitest';
import { coinbaseTx, mineBlock, pay, payment } from '../../../test/fixtures/regtest-blocks.ts';
import type { Block } from '../primitives/block.ts';
import type { Txid } from '../primitives/hashes.ts';
import type { Transaction, TxIn } from '../primitives/transaction.ts';
import {
  type BlockContextParams,
  checkBlockContext,
  transactionCountLimits,
} from './block-context.ts';
import { RuleError } from './rule-error.ts';
import { makeWitnessCommitment } from './witness-commitment.ts';

const TIME = 1_600_000_000;

const params: BlockContextParams = {
  buried: { bip34: 1, bip65: 1, bip66: 1, csv: 1, segwit: 1 },
  blockTransactions: undefined,
  coinbaseMaturity: 100,
};

const prevout = { txid: new Uint8Array(32).fill(3) as Txid, vout: 0 };

function verdictOf(
  block: Block,
  height: number,
  changes: Partial<BlockContextParams> = {},
): string {
  try {
    checkBlockContext(
      block,
      { height, previousMedianTimePast: TIME - 3600 },
      { ...params, ...changes },
    );
    return 'ok';
  } catch (error) {
    expect(error).toBeInstanceOf(RuleError);
    return (error as RuleError).message;
  }
}

describe('BIP113: lock times', () => {
  const locked = (lockTime: number, height = 7) =>
    mineBlock([
      coinbaseTx(height, [pay(0n)]),
      payment([prevout], [pay(1n)], { lockTime, sequence: 0 }),
    ]);

  it('have to lie before the median time past of the block before', () => {
    expect(verdictOf(locked(TIME - 3601), 7)).toBe('ok');
    expect(verdictOf(locked(TIME - 3600), 7)).toBe('bad-txns-nonfinal, non-final transaction');
  });

  it('had to lie before the time of the block itself until CSV', () => {
    const { buried } = params;
    const before = { buried: { ...buried, csv: 8 } };
    expect(verdictOf(locked(TIME - 1), 7, before)).toBe('ok');
    expect(verdictOf(locked(TIME), 7, before)).toMatch(/^bad-txns-nonfinal/);
    expect(verdictOf(locked(TIME - 1, 8), 8, before)).toMatch(/^bad-txns-nonfinal/);
  });

  it('hold for the coinbase too', () => {
    const coinbase = coinbaseTx(7, [pay(0n)]);
    const inputs = [{ ...(coinbase.inputs[0] as TxIn), sequence: 0 }];
    const late = { ...coinbase, inputs, lockTime: 7 };
    expect(verdictOf(mineBlock([late]), 7)).toMatch(/^bad-txns-nonfinal/);
  });
});

describe('BIP34: the height in the coinbase', () => {
  const mismatch = 'bad-cb-height, block height mismatch in coinbase';
  const saying = (...scriptSig: number[]): Block => {
    const coinbase = coinbaseTx(1, [pay(0n)]);
    const input = { ...(coinbase.inputs[0] as TxIn), scriptSig: Uint8Array.from(scriptSig) };
    return mineBlock([{ ...coinbase, inputs: [input] }]);
  };

  it.each([
    [1, [0x51]],
    [16, [0x60]],
    [17, [1, 17]],
    [127, [1, 127]],
    [128, [2, 128, 0]],
    [255, [2, 255, 0]],
    [256, [2, 0, 1]],
    [32_767, [2, 255, 127]],
    [32_768, [3, 0, 128, 0]],
    [840_000, [3, 0x40, 0xd1, 0x0c]],
  ])('writes %i as the shortest push', (height, push) => {
    expect(verdictOf(saying(...push, 0), height)).toBe('ok');
    expect(verdictOf(saying(...push, 0), height + 1)).toBe(mismatch);
    expect(verdictOf(saying(...push.slice(0, -1)), height)).toBe(mismatch);
  });

  it('does not take a longer form of the same number', () => {
    expect(verdictOf(saying(1, 5), 5)).toBe(mismatch);
    expect(verdictOf(saying(2, 17, 0), 17)).toBe(mismatch);
  });

  it('was not asked before its height', () => {
    const { buried } = params;
    expect(verdictOf(saying(0, 0), 9, { buried: { ...buried, bip34: 10 } })).toBe('ok');
    expect(verdictOf(saying(0, 0), 10, { buried: { ...buried, bip34: 10 } })).toBe(mismatch);
  });
});

/** A block with a witness of this size, and a commitment to it. */
function blockWithWitness(height: number, size: number): Block {
  const tx = payment([prevout], [pay(1n)]);
  const spend: Transaction = {
    ...tx,
    inputs: [{ ...(tx.inputs[0] as TxIn), witness: [new Uint8Array(size)] }],
  };
  const bare = mineBlock([coinbaseTx(height, []), spend]);
  const coinbase = coinbaseTx(height, [pay(0n, makeWitnessCommitment(bare))]);
  const input = { ...(coinbase.inputs[0] as TxIn), witness: [new Uint8Array(32)] };
  return mineBlock([{ ...coinbase, inputs: [input] }, spend]);
}

describe('BIP141: witnesses', () => {
  it('are allowed from the height of SegWit on, behind a commitment', () => {
    const from = (segwit: number) => ({ buried: { ...params.buried, segwit } });
    expect(verdictOf(blockWithWitness(7, 5), 7, from(7))).toBe('ok');
    expect(verdictOf(blockWithWitness(7, 5), 7, from(8))).toMatch(/^unexpected-witness/);
  });
});

describe('the weight of a block', () => {
  /** A block of this weight, nearly all of it in a witness. */
  const weighing = (weight: number): Block => {
    // header and count; coinbase: 10, its input, its output, 36 of witness; spend: the same, 8
    const base = 4 * (81 + 10 + 45 + 47 + 10 + 41 + 10) + 36 + 8;
    return blockWithWitness(7, weight - base);
  };

  it('is at most four million, to the unit', () => {
    expect(verdictOf(weighing(4_000_000), 7)).toBe('ok');
    expect(verdictOf(weighing(4_000_001), 7)).toBe(
      'bad-blk-weight, ContextualCheckBlock : weight limit failed',
    );
  });
});

describe('the number of transactions on a custom chain', () => {
  const blockTransactions = { min: 2, max: 3 };
  const holding = (payments: number, height: number): Block =>
    mineBlock([
      coinbaseTx(height, [pay(0n)]),
      ...Array.from({ length: payments }, (_, vout) => payment([{ ...prevout, vout }], [pay(1n)])),
    ]);
  const verdict = (payments: number, height: number): string =>
    verdictOf(holding(payments, height), height, { blockTransactions, coinbaseMaturity: 10 });

  it('counts the coinbase, and says what is allowed', () => {
    expect([1, 2].map((payments) => verdict(payments, 11))).toEqual(['ok', 'ok']);
    expect(verdict(3, 11)).toBe(
      'bad-blk-txcount, 4 transactions with the coinbase, allowed are 2 to 3',
    );
    expect(verdict(0, 11)).toBe(
      'bad-blk-txcount, 1 transactions with the coinbase, allowed are 2 to 3',
    );
  });

  it('asks for no payments before the first coinbase can be spent', () => {
    expect(verdict(0, 10)).toBe('ok');
    expect(verdict(3, 10)).toMatch(/^bad-blk-txcount/);
    const limits = { blockTransactions, coinbaseMaturity: 10 };
    expect(transactionCountLimits(10, limits)).toEqual({ min: 1, max: 3 });
    expect(transactionCountLimits(11, limits)).toEqual(blockTransactions);
  });

  it('is not limited on any other chain', () => {
    expect(verdictOf(holding(0, 200), 200)).toBe('ok');
    expect(verdictOf(holding(50, 200), 200)).toBe('ok');
  });
});
