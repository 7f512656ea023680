import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryDisk } from '../../outside/disk/memory-disk.ts';
import { writeFile } from '../../outside/disk/whole-file.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import { Writer } from '../../protocol/bytes/writer.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import { type Transaction, txCodec } from '../../protocol/primitives/transaction.ts';
import {
  decodeMempoolFile,
  encodeMempoolFile,
  loadMempool,
  type SavedMempool,
  saveMempool,
} from './mempool-file.ts';

const KEY = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

function transaction(seed: number, witness: readonly Uint8Array[] = []): Transaction {
  const prevout = { txid: new Uint8Array(32).fill(seed) as Txid, vout: seed };
  return {
    version: 2,
    inputs: [{ prevout, scriptSig: Uint8Array.of(0x51), sequence: 0xfffffffd, witness }],
    outputs: [{ value: 1_000n + BigInt(seed), scriptPubKey: Uint8Array.of(0x51, 0x51) }],
    lockTime: seed,
  };
}

function id(seed: number): Txid {
  return new Uint8Array(32).fill(seed) as Txid;
}

const saved: SavedMempool = {
  transactions: [
    { tx: transaction(1), time: 1_700_000_000, feeDelta: 0n },
    { tx: transaction(2, [Uint8Array.of(9, 9)]), time: 1_700_000_001, feeDelta: -5_000n },
  ],
  feeDeltas: [{ txid: id(7), delta: 123n }],
  unbroadcast: [id(1)],
};

/** The same in Core's version 1, which has no key. */
function plainFile({ transactions, feeDeltas, unbroadcast }: SavedMempool): Uint8Array {
  const writer = new Writer();
  writer.u64(1n);
  writer.u64(BigInt(transactions.length));
  for (const { tx, time, feeDelta } of transactions) {
    txCodec.write(writer, tx);
    writer.i64(BigInt(time));
    writer.i64(feeDelta);
  }
  writer.compactSize(feeDeltas.length);
  for (const { txid, delta } of feeDeltas) {
    writer.bytes(txid);
    writer.i64(delta);
  }
  writer.compactSize(unbroadcast.length);
  for (const txid of unbroadcast) writer.bytes(txid);
  return writer.finish();
}

describe('the format of mempool.dat', () => {
  it('is version 2: a key of eight bytes in the clear, the rest disguised by its place in the file', () => {
    const bytes = encodeMempoolFile(saved, KEY);
    expect(toHex(bytes.subarray(0, 17))).toBe('0200000000000000' + '080102030405060708');
    const plain = bytes.map((byte, i) => (i < 17 ? byte : byte ^ (KEY[i % 8] as number)));
    expect(plain.subarray(17)).toEqual(plainFile(saved).subarray(8));
  });

  it('gives back what was written', () => {
    expect(decodeMempoolFile(encodeMempoolFile(saved, KEY))).toEqual({
      ...saved,
      problem: undefined,
    });
    const empty: SavedMempool = { transactions: [], feeDeltas: [], unbroadcast: [] };
    expect(decodeMempoolFile(encodeMempoolFile(empty, KEY))).toEqual({
      ...empty,
      problem: undefined,
    });
  });

  it('is read in version 1 as well', () => {
    expect(decodeMempoolFile(plainFile(saved))).toEqual({ ...saved, problem: undefined });
  });

  it('orders fee deltas and unbroadcast ids as an ordered map does', () => {
    const feeDeltas = [9, 3, 6].map((seed) => ({ txid: id(seed), delta: BigInt(seed) }));
    const file = encodeMempoolFile({ ...saved, feeDeltas, unbroadcast: [id(2), id(1)] }, KEY);
    const read = decodeMempoolFile(file);
    expect(read.feeDeltas.map(({ delta }) => delta)).toEqual([3n, 6n, 9n]);
    expect(read.unbroadcast).toEqual([id(1), id(2)]);
  });

  it('keeps no part of the file alive for a single transaction', () => {
    const { transactions } = decodeMempoolFile(encodeMempoolFile(saved, KEY));
    for (const { tx } of transactions) {
      expect(tx.inputs[0]?.scriptSig.buffer.byteLength).toBeLessThan(120);
    }
  });
});

describe('a damaged mempool.dat', () => {
  it('keeps the transactions before the damage and says what is wrong', () => {
    const bytes = plainFile(saved);
    const second = 16 + 64 + 16;
    const { transactions, problem } = decodeMempoolFile(bytes.subarray(0, second + 20));
    expect(transactions).toEqual(saved.transactions.slice(0, 1));
    expect(problem).toBe(
      'is damaged after transaction 1 of 2: DataStream::read(): end of data; what comes before was read',
    );
  });

  it('keeps all transactions where only the rest is missing', () => {
    const { transactions, feeDeltas, problem } = decodeMempoolFile(plainFile(saved).slice(0, -1));
    expect(transactions).toEqual(saved.transactions);
    expect(feeDeltas).toEqual(saved.feeDeltas);
    expect(problem).toMatch(/^is damaged behind its 2 transactions: /);
  });

  it('is refused for its version or its key, in one sentence', () => {
    expect(decodeMempoolFile(Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0)).problem).toBe(
      'cannot be read: its version is 3; versions 1 and 2 can be read',
    );
    expect(decodeMempoolFile(Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 1, 5)).problem).toBe(
      'cannot be read: its key has 1 bytes, not 8',
    );
    expect(decodeMempoolFile(new Uint8Array(0)).problem).toMatch(/^cannot be read: /);
  });

  it('never throws, whatever the bytes', () => {
    const file = encodeMempoolFile(saved, KEY);
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(255), fc.nat(file.length), (at, value, end) => {
        const damaged = file.slice(0, end);
        if (at < end) damaged[at] = value;
        const { transactions } = decodeMempoolFile(damaged);
        expect(transactions.length).toBeLessThanOrEqual(2);
      }),
      { numRuns: 300 },
    );
  });
});

describe('saving and loading a pool', () => {
  const entropy = new SeededEntropy('a pool');
  let turns = 0;
  const clock = {
    nextTurn: async (): Promise<void> => {
      turns++;
    },
  };

  it('finds again what was saved, over several turns', async () => {
    const disk = new MemoryDisk();
    await disk.makeFolder('/data');
    const transactions = Array.from({ length: 1_200 }, (_, i) => ({
      tx: transaction(i % 256),
      time: i,
      feeDelta: BigInt(i),
    }));
    await saveMempool(disk, '/data/mempool.dat', { ...saved, transactions }, { entropy, clock });
    expect(turns).toBeGreaterThanOrEqual(2);
    const loaded = await loadMempool(disk, '/data/mempool.dat', clock);
    expect(loaded).toEqual({ ...saved, transactions, problem: undefined });
    expect(turns).toBeGreaterThanOrEqual(4);
  });

  it('finds nothing where no pool was saved, and what an older node saved', async () => {
    const disk = new MemoryDisk();
    await disk.makeFolder('/data');
    expect(await loadMempool(disk, '/data/mempool.dat', clock)).toBeUndefined();
    await writeFile(disk, '/data/mempool.dat', plainFile(saved));
    expect((await loadMempool(disk, '/data/mempool.dat', clock))?.transactions).toHaveLength(2);
  });
});
