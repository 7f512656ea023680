import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../bytes/hex.ts';
import { sha256d } from '../crypto/hash.ts';
import type { Txid } from './hashes.ts';
import { decodeTx, encodeTx, encodeTxWithoutWitness, type Transaction } from './transaction.ts';
import { nameTx, txid, wtxid } from './transaction-id.ts';

const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });
const number = fc.integer({ min: 0, max: 0xffffffff });
const script = fc.uint8Array({ maxLength: 300 });
const transaction = fc.record({
  version: number,
  inputs: fc.array(
    fc.record({
      prevout: fc.record({ txid: bytes(32) as fc.Arbitrary<Txid>, vout: number }),
      scriptSig: script,
      sequence: number,
      witness: fc.oneof(fc.constant([]), fc.array(script, { maxLength: 3 })),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  outputs: fc.array(fc.record({ value: fc.bigInt(0n, 2n ** 62n), scriptPubKey: script }), {
    maxLength: 4,
  }),
  lockTime: number,
});

describe('the ids of a transaction', () => {
  it('are the hashes of its two encodings, whether made of the transaction or of its bytes', () => {
    fc.assert(
      fc.property(transaction, (tx) => {
        const whole = encodeTx(tx);
        const expected = [toHex(sha256d(encodeTxWithoutWitness(tx))), toHex(sha256d(whole))];
        expect([toHex(txid(tx)), toHex(wtxid(tx))]).toEqual(expected);
        const again = decodeTx(whole);
        nameTx(again, whole);
        expect([toHex(txid(again)), toHex(wtxid(again))]).toEqual(expected);
      }),
    );
  });

  it('are remembered: the same array answers each time', () => {
    const tx = decodeTx(encodeTx(fc.sample(transaction, 1)[0] as Transaction));
    expect(txid(tx)).toBe(txid(tx));
    expect(wtxid(tx)).toBe(wtxid(tx));
  });
});
