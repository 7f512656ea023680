import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../bytes/decode-error.ts';
import { fromHex } from '../bytes/hex.ts';
import type { Txid } from '../primitives/hashes.ts';
import { decodeTx, encodeTx, type Transaction } from '../primitives/transaction.ts';
import { decodeAnyTx } from './decode-any-tx.ts';

/** What a wallet hands around before it has chosen inputs: no input, so many outputs. */
function unfunded(outputs: readonly string[]): Transaction {
  return {
    version: 2,
    inputs: [],
    outputs: outputs.map((hex) => ({ value: 1n, scriptPubKey: fromHex(hex) })),
    lockTime: 0,
  };
}

describe('a transaction of unknown form', () => {
  it('without inputs is read as such', () => {
    for (const tx of [unfunded([]), unfunded(['51']), unfunded(['51', '6a']), unfunded(['', ''])]) {
      expect(decodeAnyTx(encodeTx(tx))).toEqual(tx);
    }
  });

  it('with inputs and witnesses is read as such', () => {
    const tx: Transaction = {
      ...unfunded(['51']),
      inputs: [
        {
          prevout: { txid: new Uint8Array(32).fill(7) as Txid, vout: 1 },
          scriptSig: new Uint8Array(),
          sequence: 0,
          witness: [Uint8Array.of(1, 2)],
        },
      ],
    };
    expect(decodeAnyTx(encodeTx(tx))).toEqual(tx);
  });

  it('is the one whose scripts make sense, where both readings work', () => {
    const WITH = 1;
    const WITHOUT = 0;
    // As one with witnesses: an input with this script, and an output with this value. As one
    // without: an output, whose script all of that is.
    const ambiguous = (inputScript: string, value: string): Uint8Array =>
      fromHex(
        `02000000 0001 0100000000000000 2e ${'00'.repeat(24)} 00000000 01${inputScript} 00000000
        01 ${value} 00 0100 00000000`.replace(/\s/g, ''),
      );
    const sane = '51';
    const insane = 'ff';
    const saneAsScript = '0000000000000000';
    const insaneAsScript = '00ff000000000000';
    for (const [bytes, inputs] of [
      [ambiguous(sane, saneAsScript), WITH],
      [ambiguous(sane, insaneAsScript), WITH],
      [ambiguous(insane, saneAsScript), WITHOUT],
      [ambiguous(insane, insaneAsScript), WITH],
    ] as const) {
      expect(decodeTx(bytes, 'without').inputs).toHaveLength(WITHOUT);
      expect(decodeTx(bytes, 'either').inputs).toHaveLength(WITH);
      expect(decodeAnyTx(bytes).inputs).toHaveLength(inputs);
    }
  });

  it('that is none in either reading is refused for what is wrong with the usual one', () => {
    expect(() => decodeAnyTx(fromHex('00'))).toThrow('end of data');
    expect(() => decodeAnyTx(fromHex('02000000000000000000ff'))).toThrow(DecodeError);
  });

  it('never throws anything but a DecodeError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        try {
          expect(encodeTx(decodeAnyTx(bytes)).length).toBeGreaterThan(9);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
    );
  });
});
