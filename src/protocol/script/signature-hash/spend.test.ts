import { describe, expect, it } from 'vitest';
import { toHex } from '../../bytes/hex.ts';
import type { Txid } from '../../primitives/hashes.ts';
import type { Transaction, TxIn } from '../../primitives/transaction.ts';
import { spendOf } from './spend.ts';

const input: TxIn = {
  prevout: { txid: new Uint8Array(32) as Txid, vout: 0 },
  scriptSig: new Uint8Array(0),
  sequence: 0,
  witness: [],
};
const tx: Transaction = { version: 2, inputs: [input, input], outputs: [], lockTime: 0 };
const coin = (value: bigint) => ({ value, scriptPubKey: new Uint8Array(0) });

describe('spendOf', () => {
  it('answers the same for the same transaction and the same spent outputs', () => {
    const spent = [coin(1n), coin(2n)];
    expect(spendOf(tx, spent)).toBe(spendOf(tx, spent));
    expect(spendOf(tx, spent)).toBe(spendOf(tx, [...spent]));
  });

  it('is not misled by an array that is used again with other outputs in it', () => {
    const spent = [coin(1n), coin(2n)];
    const before = toHex(spendOf(tx, spent).shaAmounts);
    spent[0] = coin(3n);
    expect(toHex(spendOf(tx, spent).shaAmounts)).not.toBe(before);
  });

  it('tells equal transactions apart that are not the same one', () => {
    const spent = [coin(1n), coin(2n)];
    expect(spendOf({ ...tx }, spent)).not.toBe(spendOf(tx, spent));
  });
});
