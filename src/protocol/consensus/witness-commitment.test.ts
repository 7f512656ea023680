import { describe, expect, it } from 'vitest';
import { coinbaseTx, mineBlock, pay, payment } from '../../../test/fixtures/regtest-blocks.ts';
import { toHex } from '../bytes/hex.ts';
import type { Block } from '../primitives/block.ts';
import type { Txid } from '../primitives/hashes.ts';
import type { Transaction, TxIn } from '../primitives/transaction.ts';
import { RuleError } from './rule-error.ts';
import {
  checkWitnessCommitment,
  findWitnessCommitment,
  makeWitnessCommitment,
} from './witness-commitment.ts';

const RESERVED = new Uint8Array(32);

function withWitness(tx: Transaction, witness: readonly Uint8Array[]): Transaction {
  const [first, ...rest] = tx.inputs;
  return { ...tx, inputs: [{ ...(first as TxIn), witness }, ...rest] };
}

const spend = withWitness(
  payment([{ txid: new Uint8Array(32).fill(7) as Txid, vout: 0 }], [pay(1n)]),
  [Uint8Array.of(1, 2, 3)],
);

function committed(reserved: readonly Uint8Array[], ...more: Uint8Array[]): Block {
  const bare = mineBlock([coinbaseTx(1, [pay(0n)]), spend]);
  const script = makeWitnessCommitment(bare, reserved[0] ?? RESERVED);
  const outputs = [pay(0n), pay(0n, script), ...more.map((other) => pay(0n, other))];
  return mineBlock([withWitness(coinbaseTx(1, outputs), reserved), spend]);
}

function verdictOf(block: Block, segwitActive = true): string {
  try {
    checkWitnessCommitment(block, segwitActive);
    return 'ok';
  } catch (error) {
    expect(error).toBeInstanceOf(RuleError);
    expect((error as RuleError).verdict).toBe('mutated');
    return (error as RuleError).message;
  }
}

describe('BIP141: the witness commitment', () => {
  it('is 38 bytes, of which the first six never change', () => {
    const script = makeWitnessCommitment(mineBlock([coinbaseTx(1, [])]));
    expect(script.length).toBe(38);
    expect(toHex(script.subarray(0, 6))).toBe('6a24aa21a9ed');
    // A coinbase alone has the root of zeros: double SHA-256 of 64 zero bytes.
    expect(toHex(script.subarray(6))).toBe(
      'e2f61c3f71d1defd3fa999dfa36953755c690689799962b48bebd836974e8cf9',
    );
  });

  it('holds for the witnesses it was made for, with any reserved value', () => {
    expect(verdictOf(committed([RESERVED]))).toBe('ok');
    expect(verdictOf(committed([new Uint8Array(32).fill(9)]))).toBe('ok');
  });

  it('may be followed by more bytes, and by nothing less', () => {
    const block = committed([RESERVED]);
    const [coinbase] = block.transactions as readonly [Transaction];
    const script = coinbase.outputs[1]?.scriptPubKey as Uint8Array;
    const longer = { ...coinbase, outputs: [pay(0n, Uint8Array.of(...script, 1, 2))] };
    const shorter = { ...coinbase, outputs: [pay(0n, script.subarray(0, 37))] };
    expect(verdictOf(mineBlock([longer, spend]))).toBe('ok');
    expect(findWitnessCommitment(longer)).toBe(0);
    expect(findWitnessCommitment(shorter)).toBe(-1);
  });

  it('is the last one of several', () => {
    const wrong = Uint8Array.of(0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed, ...new Uint8Array(32));
    const block = committed([RESERVED], wrong);
    expect(findWitnessCommitment(block.transactions[0] as Transaction)).toBe(2);
    expect(verdictOf(block)).toBe(
      'bad-witness-merkle-match, CheckWitnessMalleation : witness merkle commitment mismatch',
    );
  });

  it('fails on a changed witness, and blames the bytes and not the block', () => {
    const [coinbase] = committed([RESERVED]).transactions as readonly [Transaction];
    const changed = withWitness(spend, [Uint8Array.of(1, 2, 4)]);
    expect(verdictOf(mineBlock([coinbase, changed]))).toMatch(/^bad-witness-merkle-match/);
  });

  it('needs a reserved value of 32 bytes, and one alone', () => {
    const expected =
      'bad-witness-nonce-size, CheckWitnessMalleation : invalid witness reserved value size';
    for (const reserved of [[], [new Uint8Array(31)], [RESERVED, RESERVED]]) {
      expect(verdictOf(committed(reserved))).toBe(expected);
    }
  });

  it('is what allows witnesses at all', () => {
    const expected = 'unexpected-witness, CheckWitnessMalleation : unexpected witness data found';
    expect(verdictOf(mineBlock([coinbaseTx(1, [pay(0n)]), spend]))).toBe(expected);
    expect(verdictOf(committed([RESERVED]), false)).toBe(expected);
    expect(verdictOf(mineBlock([coinbaseTx(1, [pay(0n)])]))).toBe('ok');
  });
});
