import { describe, expect, it } from 'vitest';
import type { Txid } from '../../primitives/hashes.ts';
import type { Transaction, TxIn } from '../../primitives/transaction.ts';
import { meetsLockTime, meetsSequence } from './lock-time.ts';

const THRESHOLD = 500_000_000;
const FINAL = 0xffffffff;
const DISABLED = 0x80000000;
const SECONDS = 0x00400000;

const prevout = { txid: new Uint8Array(32) as Txid, vout: 0 };
const txWith = (fields: Partial<Transaction>): Transaction => ({
  version: 2,
  inputs: [],
  outputs: [],
  lockTime: 0,
  ...fields,
});
const inputWith = (sequence: number): TxIn => ({
  prevout,
  sequence,
  scriptSig: new Uint8Array(0),
  witness: [],
});

describe('BIP65: lock time', () => {
  const meets = (lockTime: number, required: number, sequence = 0): boolean =>
    meetsLockTime(txWith({ lockTime }), inputWith(sequence), required);

  it('is met by a transaction that is locked as long, or longer', () => {
    expect(meets(100, 100)).toBe(true);
    expect(meets(101, 100)).toBe(true);
    expect(meets(99, 100)).toBe(false);
  });

  it('does not compare heights with times', () => {
    expect(meets(THRESHOLD, THRESHOLD - 1)).toBe(false);
    expect(meets(THRESHOLD - 1, THRESHOLD)).toBe(false);
    expect(meets(THRESHOLD, THRESHOLD)).toBe(true);
  });

  it('is good beyond 2038 and beyond what four bytes with a sign hold', () => {
    expect(meets(0xffffffff, 0xffffffff)).toBe(true);
    expect(meets(0xffffffff, 2 ** 32)).toBe(false);
  });

  it('is not met where the input switches lock times off', () => {
    expect(meets(100, 100, FINAL)).toBe(false);
    expect(meets(100, 100, FINAL - 1)).toBe(true);
  });
});

describe('BIP112: sequence', () => {
  const meets = (sequence: number, required: number, version = 2): boolean =>
    meetsSequence(txWith({ version }), inputWith(sequence), required);

  it('is met by an input that waits as long, or longer', () => {
    expect(meets(10, 10)).toBe(true);
    expect(meets(11, 10)).toBe(true);
    expect(meets(9, 10)).toBe(false);
  });

  it('does not compare blocks with seconds', () => {
    expect(meets(SECONDS | 10, 10)).toBe(false);
    expect(meets(10, SECONDS | 10)).toBe(false);
    expect(meets(SECONDS | 10, SECONDS | 10)).toBe(true);
  });

  it('looks at 16 bits of the number alone', () => {
    expect(meets(10, 0x7fbf0000 + 10)).toBe(true);
    expect(meets(0x003f0000 + 9, 10)).toBe(false);
    expect(meets(10, 2 ** 38 + 10)).toBe(true);
  });

  it('is not met where the input asks for no relative lock time', () => {
    expect(meets(DISABLED + 10, 10)).toBe(false);
    expect(meets(FINAL, 0)).toBe(false);
  });

  it('is met from transaction version 2 on, and versions are unsigned', () => {
    expect(meets(10, 10, 1)).toBe(false);
    expect(meets(10, 10, 0xffffffff)).toBe(true);
  });
});
