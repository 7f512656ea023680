import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../protocol/bytes/concat.ts';
import { fromHex } from '../../../protocol/bytes/hex.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import {
  strippedTxSize,
  type Transaction,
  type TxOut,
  txWeight,
} from '../../../protocol/primitives/transaction.ts';
import { buildScript } from '../../../protocol/script/build-script.ts';
import { opcodes } from '../../../protocol/script/opcodes.ts';
import {
  multisig,
  nullData,
  p2pkh,
  p2tr,
  witnessOutput,
} from '../../../protocol/script/templates.ts';
import { DEFAULT_MEMPOOL_OPTIONS } from '../mempool-options.ts';
import { PolicyError } from './policy-error.ts';
import { checkMinimumTxSize, checkStandardTx } from './standard-tx.ts';

const KEY = Uint8Array.of(2, ...new Uint8Array(32).fill(1));
const PAYMENT: TxOut = { value: 10_000n, scriptPubKey: p2pkh(new Uint8Array(20)) };

function transaction(
  changes: Partial<Transaction> = {},
  scriptSig: Uint8Array = new Uint8Array(0),
): Transaction {
  const prevout = { txid: new Uint8Array(32).fill(1) as Txid, vout: 0 };
  const input = { prevout, scriptSig, sequence: 0xffffffff, witness: [] };
  return { version: 2, inputs: [input], outputs: [PAYMENT], lockTime: 0, ...changes };
}

function paying(...scripts: readonly Uint8Array[]): Transaction {
  return transaction({
    outputs: scripts.map((scriptPubKey) => ({ value: 10_000n, scriptPubKey })),
  });
}

/** The reason that a transaction is not standard for; undefined if it is. */
function reason(tx: Transaction, changes = {}): string | undefined {
  try {
    checkStandardTx(tx, { ...DEFAULT_MEMPOOL_OPTIONS, ...changes });
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(PolicyError);
    expect(error).toMatchObject({ verdict: 'policy', reject: 'not-standard', details: '' });
    return (error as PolicyError).code;
  }
}

describe('IsStandardTx', () => {
  it('version: 1, 2 and 3 are standard', () => {
    const reasons = [0, 1, 2, 3, 4, 0xffffffff].map((version) => reason(transaction({ version })));
    expect(reasons).toEqual(['version', undefined, undefined, undefined, 'version', 'version']);
  });

  it('tx-size: 400,000 weight units at most', () => {
    const input = transaction().inputs[0] as Transaction['inputs'][number];
    const weighing = (weight: number): Transaction => {
      const outputs = new Array(2_930).fill(PAYMENT);
      const rest = txWeight(transaction({ outputs, inputs: [{ ...input, witness: [KEY] }] }));
      const item = new Uint8Array(weight - rest + KEY.length - 2);
      return transaction({ outputs, inputs: [{ ...input, witness: [item] }] });
    };
    expect(txWeight(weighing(400_000))).toBe(400_000);
    expect(reason(weighing(400_000))).toBeUndefined();
    expect(reason(weighing(400_001))).toBe('tx-size');
  });

  it('scriptsig-size: 1,650 bytes at most', () => {
    const pushing = (size: number) =>
      transaction(
        {},
        concatBytes(
          fromHex('4d'),
          Uint8Array.of(size - 3, (size - 3) >> 8),
          new Uint8Array(size - 3),
        ),
      );
    expect(reason(pushing(1_650))).toBeUndefined();
    expect(reason(pushing(1_651))).toBe('scriptsig-size');
  });

  it('scriptsig-not-pushonly', () => {
    expect(reason(transaction({}, buildScript(KEY, opcodes.OP_16)))).toBeUndefined();
    expect(reason(transaction({}, buildScript(opcodes.OP_NOP)))).toBe('scriptsig-not-pushonly');
    expect(reason(transaction({}, fromHex('05ff')))).toBe('scriptsig-not-pushonly');
  });

  it('scriptpubkey: what has no form that is known', () => {
    expect(reason(paying(buildScript(opcodes.OP_1)))).toBe('scriptpubkey');
    expect(reason(paying(new Uint8Array(0)))).toBe('scriptpubkey');
    expect(reason(paying(witnessOutput(0, new Uint8Array(21))))).toBe('scriptpubkey');
    // Money may be sent to witness versions that have no meaning yet, so that they can get one.
    expect(reason(paying(witnessOutput(2, new Uint8Array(32))))).toBeUndefined();
    expect(reason(paying(p2tr(new Uint8Array(32))))).toBeUndefined();
  });

  it('pay to anchor is standard', () => {
    expect(reason(paying(fromHex('51024e73')))).toBeUndefined();
  });

  it('bare multisig: up to three keys, if it is permitted at all', () => {
    const keys = (count: number): Uint8Array[] => new Array(count).fill(KEY);
    expect(reason(paying(multisig(1, keys(3))))).toBeUndefined();
    expect(reason(paying(multisig(3, keys(3))))).toBeUndefined();
    expect(reason(paying(multisig(1, keys(4))))).toBe('scriptpubkey');
    const refused = { permitBareMultisig: false };
    expect(reason(paying(multisig(1, keys(3))), refused)).toBe('bare-multisig');
    expect(reason(paying(multisig(1, keys(4))), refused)).toBe('scriptpubkey');
  });

  it('data: 83 bytes of script at most, or none', () => {
    expect(reason(paying(nullData(new Uint8Array(80))))).toBeUndefined();
    expect(reason(paying(nullData(new Uint8Array(81))))).toBe('scriptpubkey');
    expect(
      reason(paying(nullData(new Uint8Array(81))), { maxDataCarrierBytes: 84 }),
    ).toBeUndefined();
    expect(reason(paying(buildScript(opcodes.OP_RETURN)))).toBeUndefined();
    expect(reason(paying(buildScript(opcodes.OP_RETURN)), { maxDataCarrierBytes: 0 })).toBe(
      'scriptpubkey',
    );
    expect(reason(paying(buildScript(opcodes.OP_RETURN, opcodes.OP_NOP)))).toBe('scriptpubkey');
  });

  it('multi-op-return: one data output at most, whatever it holds', () => {
    const data = nullData(new Uint8Array(1));
    expect(reason(paying(data, data))).toBe('multi-op-return');
    expect(reason(paying(data, p2pkh(new Uint8Array(20))))).toBeUndefined();
  });

  it('dust: outputs that are worth less than it takes to spend them', () => {
    const holding = (value: bigint) => transaction({ outputs: [{ ...PAYMENT, value }] });
    expect(reason(holding(546n))).toBeUndefined();
    expect(reason(holding(545n))).toBe('dust');
    expect(reason(holding(181n), { dustFeeRate: 1_000n })).toBe('dust');
    expect(reason(holding(182n), { dustFeeRate: 1_000n })).toBeUndefined();
    expect(
      reason(transaction({ outputs: [{ value: 0n, scriptPubKey: nullData(KEY) }] })),
    ).toBeUndefined();
  });

  it('dust has no exception for transactions without a fee: that came with Core 29', () => {
    const outputs = [PAYMENT, { value: 0n, scriptPubKey: fromHex('51024e73') }];
    expect(reason(transaction({ version: 3, outputs }))).toBe('dust');
  });

  it('looks at outputs in their order, and at the number of data outputs last', () => {
    const data = { value: 0n, scriptPubKey: nullData(KEY) };
    const dust = { ...PAYMENT, value: 1n };
    expect(reason(transaction({ outputs: [data, data, dust] }))).toBe('dust');
  });
});

describe('checkMinimumTxSize', () => {
  it('tx-size-small: 65 bytes without witnesses at least', () => {
    const sized = (size: number) => {
      const scriptPubKey = new Uint8Array(size - 60);
      return transaction({ outputs: [{ value: 0n, scriptPubKey }] });
    };
    expect(strippedTxSize(sized(65))).toBe(65);
    expect(() => checkMinimumTxSize(sized(65))).not.toThrow();
    expect(() => checkMinimumTxSize(sized(64))).toThrow('tx-size-small');
  });
});
