import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curve } from '#curve';
import { VectorFolder } from '../../../test/conformance/vector-check.ts';
import { compareBytes } from '../../protocol/bytes/compare.ts';
import { concatBytes } from '../../protocol/bytes/concat.ts';
import { DecodeError } from '../../protocol/bytes/decode-error.ts';
import { EncodeError } from '../../protocol/bytes/encode-error.ts';
import { fromHex, toHex } from '../../protocol/bytes/hex.ts';
import { Reader } from '../../protocol/bytes/reader.ts';
import { Writer } from '../../protocol/bytes/writer.ts';
import { type Coin, coinKey } from '../../protocol/consensus/coin.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import { type TxOut, txOutCodec } from '../../protocol/primitives/transaction.ts';
import { decodeCoin, encodeCoin } from './coin-codec.ts';
import { compressAmount, decompressAmount } from './compressed-amount.ts';
import { readCompressedScript, writeCompressedScript } from './compressed-script.ts';
import { coinStoreKey, readCoinStoreKey } from './store-keys.ts';
import { decodeUndo, encodeUndo } from './undo-codec.ts';
import { readVarInt, readVarIntU64, writeVarInt } from './var-int.ts';

const MOST = 2n ** 60n;
const MAX_U64 = 2n ** 64n - 1n;

function written(write: (writer: Writer) => void): Uint8Array {
  const writer = new Writer();
  write(writer);
  return writer.finish();
}

const varInt = (value: number | bigint): string => toHex(written((w) => writeVarInt(w, value)));
const script = (bytes: Uint8Array): Uint8Array => written((w) => writeCompressedScript(w, bytes));

/** Numbers of every size, not mostly large ones. */
const anyU64 = fc
  .tuple(fc.bigInt({ min: 0n, max: MAX_U64 }), fc.integer({ min: 0, max: 63 }))
  .map(([value, shift]) => value >> BigInt(shift));

const anyAmount = fc.oneof(
  anyU64.map((value) => value >> 4n),
  fc
    .tuple(fc.bigInt({ min: 0n, max: 21_000_000n }), fc.integer({ min: 0, max: 8 }))
    .map(([value, zeros]) => value * 10n ** BigInt(zeros)),
);

const privateKey = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter(curve.isPrivateKey);
const hash = fc.uint8Array({ minLength: 20, maxLength: 20 });
const withKey = (key: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(key.length), key, fromHex('ac'));

const p2pkh = hash.map((h) => concatBytes(fromHex('76a914'), h, fromHex('88ac')));
const p2sh = hash.map((h) => concatBytes(fromHex('a914'), h, fromHex('87')));
const p2pk = fc
  .tuple(privateKey, fc.boolean())
  .map(([key, compressed]) => withKey(curve.publicKey(key, compressed) as Uint8Array));
const otherScript = fc.uint8Array({ maxLength: 120 });
const anyScript = fc.oneof(p2pkh, p2sh, p2pk, otherScript);

const anyCoin: fc.Arbitrary<Coin> = fc.record({
  output: fc.record({ value: anyAmount, scriptPubKey: anyScript }),
  height: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 2 ** 31 - 1 })),
  isCoinbase: fc.boolean(),
});

describe('VARINT', () => {
  it('counts on where fewer bytes end', () => {
    const forms: readonly [number | bigint, string][] = [
      [0, '00'],
      [0x7f, '7f'],
      [0x80, '8000'],
      [0x80 + 0x3fff, 'ff7f'],
      [0x80 + 0x4000, '808000'],
      [2 ** 32 - 1, '8efefefe7f'],
      [2 ** 32, '8efefeff00'],
      [MAX_U64, '80fefefefefefefefe7f'],
    ];
    for (const [value, bytes] of forms) expect(varInt(value)).toBe(bytes);
  });

  it('is read as it was written, as a number and as a bigint', () => {
    fc.assert(
      fc.property(anyU64, (value) => {
        const bytes = varInt(value);
        const reader = new Reader(fromHex(bytes));
        expect(BigInt(readVarIntU64(reader))).toBe(value);
        expect(reader.remaining).toBe(0);
        if (value < 2n ** 53n) expect(varInt(Number(value))).toBe(bytes);
        if (value < 2n ** 32n) expect(readVarInt(new Reader(fromHex(bytes)))).toBe(Number(value));
      }),
    );
  });

  it('has one form for each number: whatever is read is written the same', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 10, maxLength: 10 }), (bytes) => {
        const reader = new Reader(bytes);
        const value = valueOrError(() => readVarIntU64(reader));
        if (value === undefined) return;
        expect(varInt(value)).toBe(toHex(bytes.subarray(0, reader.offset)));
      }),
    );
  });

  it('refuses what does not fit, and what ends too early', () => {
    const codeOf = (read: (reader: Reader) => unknown, hex: string): string => {
      try {
        read(new Reader(fromHex(hex)));
        return 'ok';
      } catch (error) {
        return (error as DecodeError).code;
      }
    };
    expect(codeOf(readVarInt, '8efefeff00')).toBe('size-too-large');
    expect(codeOf(readVarInt, 'ffffffffff7f')).toBe('size-too-large');
    expect(codeOf(readVarIntU64, '80fefefefefefefeff00')).toBe('size-too-large');
    expect(codeOf(readVarIntU64, `${'ff'.repeat(10)}7f`)).toBe('size-too-large');
    expect(codeOf(readVarInt, '80')).toBe('end-of-data');
    for (const value of [-1, 0.5, 2 ** 53, -1n, 2n ** 64n]) {
      expect(() => varInt(value)).toThrow(EncodeError);
    }
  });
});

/** What a reader answers; undefined where it refuses, as it may, with an error of its own. */
function valueOrError<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return undefined;
  }
}

describe('a compressed amount', () => {
  it('is short where the amount is round', () => {
    const codes: readonly [bigint, number | bigint][] = [
      [0n, 0],
      [1n, 1],
      [1_000_000n, 7],
      [100_000_000n, 9],
      [5_000_000_000n, 50],
      [2_100_000_000_000_000n, 21_000_000],
    ];
    for (const [amount, code] of codes) {
      expect(Number(compressAmount(amount))).toBe(Number(code));
      expect(decompressAmount(code)).toBe(amount);
    }
  });

  it('stands for its amount, and for no other', () => {
    fc.assert(
      fc.property(anyAmount, (amount) => {
        expect(decompressAmount(compressAmount(amount))).toBe(amount);
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(anyU64, (code) => {
        const amount = valueOrError(() => decompressAmount(code));
        if (amount === undefined) return;
        expect(BigInt(compressAmount(amount))).toBe(code);
        if (code < 2n ** 53n) expect(decompressAmount(Number(code))).toBe(amount);
      }),
      { numRuns: 2000 },
    );
  });

  it('is of any amount that could ever be, and of none below zero', () => {
    expect(decompressAmount(compressAmount(MOST))).toBe(MOST);
    expect(() => compressAmount(MOST + 1n)).toThrow(EncodeError);
    expect(() => compressAmount(-1n)).toThrow(EncodeError);
    expect(() => decompressAmount(MAX_U64)).toThrow(DecodeError);
  });
});

describe('a compressed script', () => {
  const key = fromHex('0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798');
  const wholeKey = curve.convertPublicKey(key, false) as Uint8Array;

  it('is a number and a hash, or a key, where it has one of the first forms', () => {
    const h = '11'.repeat(20);
    expect(toHex(script(fromHex(`76a914${h}88ac`)))).toBe(`00${h}`);
    expect(toHex(script(fromHex(`a914${h}87`)))).toBe(`01${h}`);
    expect(toHex(script(withKey(key)))).toBe(toHex(key));
    // The y of the generator is even.
    expect(toHex(script(withKey(wholeKey)))).toBe(`04${toHex(key.subarray(1))}`);
  });

  it('is its length and 6, and itself, in any other form', () => {
    const hybrid = Uint8Array.from(wholeKey);
    hybrid[0] = 6;
    const offCurve = Uint8Array.from(wholeKey);
    offCurve[64] = 0;
    const others = [new Uint8Array(0), fromHex('51'), withKey(hybrid), withKey(offCurve)];
    for (const other of others) {
      expect(toHex(script(other))).toBe(toHex(Uint8Array.of(other.length + 6)) + toHex(other));
    }
    const long = new Uint8Array(10_000).fill(0x51);
    expect(toHex(script(long).subarray(0, 3))).toBe('cd1651');
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(anyScript, (original) => {
        const reader = new Reader(script(original));
        expect(toHex(readCompressedScript(reader))).toBe(toHex(original));
        expect(reader.remaining).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a key without a y, and a script that no coin has', () => {
    const read = (hex: string): Uint8Array => readCompressedScript(new Reader(fromHex(hex)));
    // There is no point with an x of 5.
    expect(() => read(`04${'00'.repeat(31)}05`)).toThrow('not on the curve');
    expect(toHex(read(`02${'00'.repeat(31)}05`))).toBe(`2102${'00'.repeat(31)}05ac`);
    expect(() => read(`cd17${'51'.repeat(10_001)}`)).toThrow('10001 bytes');
    expect(() => read('0751')).not.toThrow();
    expect(() => read('0851')).toThrow('end of data');
  });
});

describe('a coin in the database', () => {
  it('is its height with the mark of a coinbase, its amount and its script', () => {
    const output: TxOut = { value: 5_000_000_000n, scriptPubKey: fromHex('51') };
    expect(toHex(encodeCoin({ output, height: 1, isCoinbase: true }))).toBe('03320751');
    expect(toHex(encodeCoin({ output, height: 0, isCoinbase: false }))).toBe('00320751');
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(anyCoin, (coin) => {
        expect(decodeCoin(encodeCoin(coin))).toEqual(coin);
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses whatever is no coin, and nothing else goes wrong', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const coin = valueOrError(() => decodeCoin(bytes));
        if (coin !== undefined) expect(decodeCoin(encodeCoin(coin))).toEqual(coin);
      }),
      { numRuns: 5000 },
    );
    expect(() => decodeCoin(fromHex('0332075100'))).toThrow(DecodeError);
    const output: TxOut = { value: 0n, scriptPubKey: new Uint8Array(0) };
    for (const height of [-1, 0.5, 2 ** 31]) {
      expect(() => encodeCoin({ output, height, isCoinbase: false })).toThrow(EncodeError);
    }
  });
});

describe('the key of a coin in the database', () => {
  const txid = Uint8Array.from({ length: 32 }, (_, i) => i) as Txid;
  const storeKey = (vout: number): string => toHex(coinStoreKey(coinKey({ txid, vout })));

  it('is a C, the id, and the number of the output as VARINT', () => {
    expect(storeKey(0)).toBe(`43${toHex(txid)}00`);
    expect(storeKey(128)).toBe(`43${toHex(txid)}8000`);
    expect(storeKey(2 ** 32 - 1)).toBe(`43${toHex(txid)}8efefefe7f`);
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), (vout) => {
        const outPoint = { txid, vout };
        expect(readCoinStoreKey(coinStoreKey(coinKey(outPoint)))).toEqual(outPoint);
      }),
    );
  });

  it('orders the outputs of a transaction by their numbers only up to 16,511', () => {
    const inOrder = (a: number, b: number): boolean =>
      compareBytes(fromHex(storeKey(a)), fromHex(storeKey(b))) < 0;
    expect(inOrder(127, 128)).toBe(true);
    expect(inOrder(16_510, 16_511)).toBe(true);
    expect(inOrder(16_511, 16_512)).toBe(false);
  });
});

describe('undo data', () => {
  const undo = fc.array(fc.array(anyCoin, { maxLength: 4 }), { maxLength: 4 });

  it('have a zero behind each height but that of the first block', () => {
    const output: TxOut = { value: 5_000_000_000n, scriptPubKey: fromHex('51') };
    const coin: Coin = { output, height: 1, isCoinbase: true };
    expect(toHex(encodeUndo([[coin], []]))).toBe('02010300320751'.concat('00'));
    expect(toHex(encodeUndo([[{ ...coin, height: 0 }]]))).toBe('010101320751');
    // Where an older version of Core wrote the version of a transaction.
    expect(decodeUndo(fromHex('01010302320751'))).toEqual([[coin]]);
  });

  it('are read as they were written', () => {
    fc.assert(
      fc.property(undo, (coins) => {
        expect(decodeUndo(encodeUndo(coins))).toEqual(coins);
      }),
    );
  });

  it('refuse whatever are none, and nothing else goes wrong', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const coins = valueOrError(() => decodeUndo(bytes));
        if (coins !== undefined) expect(decodeUndo(encodeUndo(coins))).toEqual(coins);
      }),
      { numRuns: 3000 },
    );
    expect(() => decodeUndo(fromHex('feffffff01'))).toThrow(DecodeError);
  });
});

const vectors = VectorFolder.find();
if (vectors === undefined) {
  console.log('coins: skipped the outputs of real blocks, for want of ../shared/vectors');
}

describe.skipIf(vectors === undefined)('the outputs that real blocks spend', () => {
  it.each(['block300025', 'block928816'])('of %s', (name) => {
    const outputs = realOutputs(name);
    expect(outputs.length).toBeGreaterThan(100);
    let before = 0;
    let after = 0;
    for (const output of outputs) {
      const coin: Coin = { output, height: 1, isCoinbase: false };
      const bytes = encodeCoin(coin);
      expect(decodeCoin(bytes)).toEqual(coin);
      before += 4 + 8 + 1 + output.scriptPubKey.length;
      after += bytes.length;
    }
    expect(after).toBeLessThan(0.85 * before);
  });

  function realOutputs(name: string): readonly TxOut[] {
    const reader = new Reader((vectors as VectorFolder).bytes(`blocks/${name}-undo.raw`));
    const outputs: TxOut[] = [];
    while (reader.remaining > 0) outputs.push(txOutCodec.read(reader));
    return outputs;
  }
});
