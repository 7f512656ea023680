import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../bytes/concat.ts';
import { DecodeError } from '../bytes/decode-error.ts';
import { EncodeError } from '../bytes/encode-error.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import { COIN, isMoney, MAX_MONEY } from './amount.ts';
import type { Txid } from './hashes.ts';
import {
  decodeTx,
  decodeTxOut,
  encodeTx,
  encodeTxWithoutWitness,
  hasWitness,
  isCoinbase,
  isNullOutPoint,
  outPointCodec,
  strippedTxSize,
  type Transaction,
  type TxIn,
  txCodec,
  txOutCodec,
  txSize,
  txWeight,
} from './transaction.ts';

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const script = fc.uint8Array({ maxLength: 300 });
const txid = fc.uint8Array({ minLength: 32, maxLength: 32 }) as fc.Arbitrary<Txid>;
const input: fc.Arbitrary<TxIn> = fc.record({
  prevout: fc.record({ txid, vout: u32 }),
  scriptSig: script,
  sequence: u32,
  witness: fc.oneof(fc.constant([]), fc.array(script, { maxLength: 4 })),
});
const output = fc.record({
  value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  scriptPubKey: script,
});
const transaction: fc.Arbitrary<Transaction> = fc.record({
  version: u32,
  inputs: fc.array(input, { minLength: 1, maxLength: 5 }),
  outputs: fc.array(output, { maxLength: 5 }),
  lockTime: u32,
});

/** A transaction byte by byte, as the protocol has it; each part can be changed. */
const PARTS = {
  version: '02000000',
  marker: '00',
  flag: '01',
  inputs: `01${'11'.repeat(32)}0300000000feffffff`,
  outputs: '01e803000000000000025152',
  witnesses: '0202aabb00',
  lockTime: '40420f00',
};

function refusal(parts: Partial<typeof PARTS>): DecodeError {
  const hex = Object.values({ ...PARTS, ...parts }).join('');
  try {
    decodeTx(fromHex(hex));
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return error as DecodeError;
  }
  throw new Error(`${hex} was accepted`);
}

describe('a transaction', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(transaction, (tx) => {
        expect(decodeTx(encodeTx(tx))).toEqual(tx);
        const stripped = { ...tx, inputs: tx.inputs.map((one) => ({ ...one, witness: [] })) };
        expect(decodeTx(encodeTxWithoutWitness(tx))).toEqual(stripped);
        expect(decodeTx(encodeTxWithoutWitness(tx), 'without')).toEqual(stripped);
      }),
    );
  });

  it('is written as it was read, whatever it was read from', () => {
    fc.assert(
      fc.property(transaction, fc.array(fc.tuple(fc.nat(), fc.nat(255))), (tx, changes) => {
        const bytes = encodeTx(tx);
        for (const [at, value] of changes) bytes[at % Math.min(bytes.length, 64)] = value;
        let decoded: Transaction;
        try {
          decoded = decodeTx(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
          return;
        }
        expect(toHex(encodeTx(decoded))).toBe(toHex(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it('takes exactly as many bytes as its size says, and is written into no more', () => {
    fc.assert(
      fc.property(transaction, (tx) => {
        const [whole, stripped] = [encodeTx(tx), encodeTxWithoutWitness(tx)];
        expect(txSize(tx)).toBe(whole.length);
        expect(strippedTxSize(tx)).toBe(stripped.length);
        expect(txWeight(tx)).toBe(3 * stripped.length + whole.length);
        expect(whole.buffer.byteLength).toBe(whole.length);
        expect(hasWitness(tx)).toBe(whole.length > stripped.length);
      }),
    );
  });

  it('is refused when it is cut off anywhere, or goes on', () => {
    fc.assert(
      fc.property(transaction, fc.nat(), (tx, drawn) => {
        const bytes = encodeTx(tx);
        expect(() => decodeTx(bytes.subarray(0, drawn % bytes.length))).toThrow(DecodeError);
        expect(() => decodeTx(concatBytes(bytes, Uint8Array.of(0)))).toThrow(
          '1 unexpected bytes after the end',
        );
      }),
    );
  });

  it('has its numbers unsigned, but for amounts', () => {
    const tx = decodeTx(
      fromHex(`ffffffff01${'00'.repeat(32)}ffffffff00ffffffff01ffffffffffffffff00ffffffff`),
    );
    expect(tx.version).toBe(0xffffffff);
    expect(tx.inputs[0]).toMatchObject({ prevout: { vout: 0xffffffff }, sequence: 0xffffffff });
    expect(tx.outputs[0]?.value).toBe(-1n);
    expect(tx.lockTime).toBe(0xffffffff);
  });
});

describe('BIP144', () => {
  it('puts a marker and a flag before the inputs, and witnesses behind the outputs', () => {
    const hex = Object.values(PARTS).join('');
    const tx = decodeTx(fromHex(hex));
    expect(tx).toEqual({
      version: 2,
      inputs: [
        {
          prevout: { txid: new Uint8Array(32).fill(0x11), vout: 3 },
          scriptSig: new Uint8Array(0),
          sequence: 0xfffffffe,
          witness: [Uint8Array.of(0xaa, 0xbb), new Uint8Array(0)],
        },
      ],
      outputs: [{ value: 1000n, scriptPubKey: Uint8Array.of(0x51, 0x52) }],
      lockTime: 1_000_000,
    });
    expect(toHex(encodeTx(tx))).toBe(hex);
    const old = PARTS.version + PARTS.inputs + PARTS.outputs + PARTS.lockTime;
    expect(toHex(encodeTxWithoutWitness(tx))).toBe(old);
    expect(hasWitness(decodeTx(fromHex(old)))).toBe(false);
  });

  it('is used by no transaction without witnesses: that would be a second encoding of it', () => {
    expect(refusal({ witnesses: '00' }).message).toBe('Superfluous witness record');
    expect(refusal({ inputs: '00', witnesses: '' }).message).toBe('Superfluous witness record');
  });

  it('knows one flag', () => {
    for (const flag of ['03', '05', '81', 'ff']) {
      expect(refusal({ flag }).message).toBe('Unknown transaction optional data');
    }
    // A flag without the one for witnesses has none behind its outputs.
    for (const flag of ['02', '80']) {
      expect(refusal({ flag, witnesses: '' }).message).toBe('Unknown transaction optional data');
    }
    expect(refusal({ flag: '03', witnesses: '00' }).message).toBe('Superfluous witness record');
  });

  it('has witnesses on some inputs, and an empty one on the others', () => {
    const two = `02${PARTS.inputs.slice(2)}${PARTS.inputs.slice(2)}`;
    const hex = Object.values({ ...PARTS, inputs: two, witnesses: '000101ff' }).join('');
    const tx = decodeTx(fromHex(hex));
    expect(tx.inputs.map(({ witness }) => witness.length)).toEqual([0, 1]);
    expect(toHex(encodeTx(tx))).toBe(hex);
  });

  it('reads a transaction with nothing in it as the old encoding', () => {
    const empty = '01000000000000000000';
    const tx = decodeTx(fromHex(empty));
    expect(tx).toEqual({ version: 1, inputs: [], outputs: [], lockTime: 0 });
    expect(toHex(encodeTx(tx))).toBe(empty);
  });

  it('cannot tell a transaction without inputs from its marker, unless told that it is one', () => {
    const unfunded = {
      version: 2,
      inputs: [],
      outputs: [{ value: 5n, scriptPubKey: fromHex('51') }],
    };
    const bytes = encodeTx({ ...unfunded, lockTime: 0 });
    expect(toHex(bytes)).toBe('02000000000105000000000000000151' + '00000000');
    expect(() => decodeTx(bytes)).toThrow(DecodeError);
    expect(decodeTx(bytes, 'without')).toEqual({ ...unfunded, lockTime: 0 });
    expect(() => decodeTx(fromHex(Object.values(PARTS).join('')), 'without')).toThrow(DecodeError);
  });
});

describe('hostile counts', () => {
  const most = 'fe00000002';

  it.each([
    ['inputs', { inputs: most }],
    ['inputs after the marker', { inputs: `${most}${'00'.repeat(200)}` }],
    ['outputs', { outputs: most }],
    ['witness items', { witnesses: most }],
    ['script bytes', { outputs: `01e803000000000000${most}` }],
    ['bytes of a witness item', { witnesses: `01${most}` }],
  ])('of %s are refused, and allocate nothing', (_, parts) => {
    const before = process.memoryUsage();
    for (let i = 0; i < 100; i++) expect(refusal(parts).code).toBe('end-of-data');
    const after = process.memoryUsage();
    // The smallest array of so many elements would take 128 MiB, each time.
    expect(after.heapUsed - before.heapUsed).toBeLessThan(64 * 1024 * 1024);
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(64 * 1024 * 1024);
  });

  it('above what a length may be are refused as such', () => {
    expect(refusal({ inputs: 'fe01000002' }).message).toBe('ReadCompactSize(): size too large');
    expect(refusal({ outputs: 'fd0100' }).message).toBe('non-canonical ReadCompactSize()');
  });
});

describe('parts of a transaction', () => {
  it('are written and read alone', () => {
    fc.assert(
      fc.property(output, (one) => {
        const bytes = concatBytes(
          encodeTx({ version: 1, inputs: [], outputs: [one], lockTime: 0 }),
        );
        expect(decodeTxOut(bytes.subarray(6, bytes.length - 4))).toEqual(one);
      }),
    );
    expect(() => decodeTxOut(fromHex('e8030000000000000251'))).toThrow('end of data');
    expect(() => decodeTxOut(fromHex('e8030000000000000151' + '52'))).toThrow('unexpected');
  });

  it('take at least as much as their codecs say, which bounds a hostile count', () => {
    expect(outPointCodec.minSize).toBe(36);
    expect(txOutCodec.minSize).toBe(9);
    expect(txCodec.minSize).toBe(10);
  });

  it('that do not fit their fields are not written', () => {
    const tx = decodeTx(fromHex(Object.values(PARTS).join('')));
    const broken: readonly Partial<Transaction>[] = [
      { version: -1 },
      { lockTime: 2 ** 32 },
      { outputs: [{ value: 2n ** 63n, scriptPubKey: new Uint8Array(0) }] },
      { inputs: tx.inputs.map((one) => ({ ...one, sequence: 1.5 })) },
    ];
    for (const change of broken) expect(() => encodeTx({ ...tx, ...change })).toThrow(EncodeError);
  });

  it('show a coinbase by its one input that spends nothing', () => {
    const nothing = { txid: new Uint8Array(32) as Txid, vout: 0xffffffff };
    const something = { txid: new Uint8Array(32).fill(1, 31) as Txid, vout: 0xffffffff };
    const spending = (...prevouts: (typeof nothing)[]): Transaction => ({
      version: 1,
      inputs: prevouts.map((prevout) => ({
        prevout,
        scriptSig: new Uint8Array(2),
        sequence: 0,
        witness: [],
      })),
      outputs: [],
      lockTime: 0,
    });
    expect(isNullOutPoint(nothing)).toBe(true);
    expect(isNullOutPoint({ ...nothing, vout: 0 })).toBe(false);
    expect(isNullOutPoint(something)).toBe(false);
    expect(isCoinbase(spending(nothing))).toBe(true);
    expect(isCoinbase(spending(something))).toBe(false);
    expect(isCoinbase(spending(nothing, nothing))).toBe(false);
    expect(isCoinbase(spending())).toBe(false);
  });
});

describe('amounts', () => {
  it('lie between zero and 21 million bitcoins', () => {
    expect(COIN).toBe(100_000_000n);
    expect(MAX_MONEY).toBe(2_100_000_000_000_000n);
    expect([0n, 1n, MAX_MONEY].every(isMoney)).toBe(true);
    expect([-1n, MAX_MONEY + 1n].some(isMoney)).toBe(false);
  });
});
