import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../bytes/concat.ts';
import { fromHex, toHex } from '../../bytes/hex.ts';
import { sha256d } from '../../crypto/hash.ts';
import type { Txid } from '../../primitives/hashes.ts';
import type { Transaction, TxIn, TxOut } from '../../primitives/transaction.ts';
import { encodeTxWithoutWitness } from '../../primitives/transaction.ts';
import { legacySignatureHash } from './legacy.ts';
import { Spend } from './spend.ts';
import { SpendError } from './spend-error.ts';

const EMPTY = new Uint8Array(0);
const CODE_SEPARATOR = 0xab;

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const scripts = fc.uint8Array({ maxLength: 30 });
const inputs: fc.Arbitrary<TxIn> = fc.record({
  prevout: fc.record({ txid: bytes(32).map((id) => id as Txid), vout: u32 }),
  scriptSig: scripts,
  sequence: u32,
  witness: fc.constant([]),
});
const outputs: fc.Arbitrary<TxOut> = fc.record({
  value: fc.bigInt({ min: -1n, max: 2n ** 50n }),
  scriptPubKey: scripts,
});
const transactions: fc.Arbitrary<Transaction> = fc.record({
  version: u32,
  inputs: fc.array(inputs, { minLength: 1, maxLength: 5 }),
  outputs: fc.array(outputs, { maxLength: 5 }),
  lockTime: u32,
});

/** The first version's way: make a changed copy of the transaction, and hash that. */
function naiveHash(tx: Transaction, index: number, code: Uint8Array, hashType: number): string {
  const kind = hashType & 0x1f;
  if (kind === 3 && index >= tx.outputs.length) return `01${'00'.repeat(31)}`;
  let changed = tx.inputs.map((input, i) => ({
    ...input,
    scriptSig: i === index ? code : EMPTY,
    sequence: i !== index && (kind === 2 || kind === 3) ? 0 : input.sequence,
  }));
  if ((hashType & 0x80) !== 0) changed = changed.slice(index, index + 1);
  let kept = tx.outputs;
  if (kind === 2) kept = [];
  if (kind === 3) {
    const blank = { value: -1n, scriptPubKey: EMPTY };
    kept = tx.outputs.slice(0, index + 1).map((output, i) => (i === index ? output : blank));
  }
  const type = new Uint8Array(4);
  new DataView(type.buffer).setInt32(0, hashType, true);
  const message = encodeTxWithoutWitness({ ...tx, inputs: changed, outputs: kept });
  return toHex(sha256d(concatBytes(message, type)));
}

describe('legacySignatureHash', () => {
  it('is the hash of a changed copy of the transaction, under every hash type', () => {
    // A script of numbers, so that no byte of it is a push or an OP_CODESEPARATOR.
    const codes = fc.array(fc.integer({ min: 0x51, max: 0x60 }), { maxLength: 300 });
    fc.assert(
      fc.property(transactions, fc.nat(4), codes, u32, (tx, n, code, hashType) => {
        const index = n % tx.inputs.length;
        const script = Uint8Array.from(code);
        const hash = legacySignatureHash(new Spend(tx, []), index, script, hashType);
        expect(toHex(hash)).toBe(naiveHash(tx, index, script, hashType | 0));
      }),
      { numRuns: 500 },
    );
  });

  it('leaves OP_CODESEPARATOR out, but not a byte of a push that looks like it', () => {
    fc.assert(
      fc.property(transactions, (tx) => {
        const script = Uint8Array.of(CODE_SEPARATOR, 0x51, CODE_SEPARATOR, 1, CODE_SEPARATOR, 0x52);
        const hash = legacySignatureHash(new Spend(tx, []), 0, script, 1);
        const cleaned = Uint8Array.of(0x51, 1, CODE_SEPARATOR, 0x52);
        expect(toHex(hash)).toBe(naiveHash(tx, 0, cleaned, 1));
      }),
      { numRuns: 20 },
    );
  });

  it('is one where SINGLE has no output to sign, as it has been since the first version', () => {
    const [tx] = fc.sample(
      transactions.filter(({ outputs: out }) => out.length === 0),
      1,
    );
    const hash = legacySignatureHash(new Spend(tx as Transaction, []), 0, EMPTY, 3);
    expect(toHex(hash)).toBe(`01${'00'.repeat(31)}`);
  });

  it('hashes no more of a broken push than its length, as Bitcoin Core does', () => {
    const [tx] = fc.sample(
      transactions.filter(({ inputs: { length } }) => length === 1),
      1,
    ) as [Transaction];
    const hash = legacySignatureHash(new Spend(tx, []), 0, fromHex('514c05abcd'), 1);
    // The length says 5 bytes, and 3 are there.
    const whole = encodeTxWithoutWitness({
      ...tx,
      inputs: tx.inputs.map((input) => ({ ...input, scriptSig: fromHex('514c05abcd') })),
    });
    const cutAt = 4 + 1 + 36 + 1 + 3;
    const message = concatBytes(whole.subarray(0, cutAt), whole.subarray(cutAt + 2));
    expect(toHex(hash)).toBe(toHex(sha256d(concatBytes(message, fromHex('01000000')))));
  });

  it('is asked of an input that there is', () => {
    const [tx] = fc.sample(transactions, 1) as [Transaction];
    for (const wrong of [-1, tx.inputs.length, 0.5]) {
      expect(() => legacySignatureHash(new Spend(tx, []), wrong, EMPTY, 1)).toThrow(SpendError);
    }
  });
});
