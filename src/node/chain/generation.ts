/**
 * A number that goes up with each flush, noted in the block index first and then with the coins. A
 * store can fall back without being damaged: a log that was cut off ends earlier, a copy is old. Coins
 * that have fallen back catch up by themselves. An index that has fallen behind the coins does not know
 * how to take back what they have seen, and is noticed by this number.
 */
import { crc32 } from 'node:zlib';
import { Reader } from '../../protocol/bytes/reader.ts';
import { Writer } from '../../protocol/bytes/writer.ts';
import type { StoreReader } from '../storage/key-value-store.ts';
import { REINDEX, StorageError } from '../storage/storage-error.ts';
import type { WriteBatch } from '../storage/write-batch.ts';

/** `G`. */
const GENERATION_KEY = Uint8Array.of(0x47);
const VALUE_SIZE = 8;

export function noteGeneration(batch: WriteBatch, generation: number): void {
  const writer = new Writer(VALUE_SIZE);
  writer.u32(generation);
  writer.u32(crc32(writer.finish()));
  batch.put(GENERATION_KEY, writer.finish());
}

/** The number of the last flush, by both stores; 0 before the first. */
export async function readGeneration(stores: {
  readonly index: StoreReader;
  readonly coins: StoreReader;
}): Promise<number> {
  const index = await readFrom(stores.index, 'block index');
  const coins = await readFrom(stores.coins, 'coin database');
  if (index >= coins) return index;
  const message = `the block index is older than the coins, by ${coins - index} flushes; ${REINDEX}`;
  throw new StorageError('corrupt', 'blocks/index', message);
}

async function readFrom(store: StoreReader, name: string): Promise<number> {
  const value = await store.get(GENERATION_KEY);
  if (value === undefined) return 0;
  if (value.length === VALUE_SIZE) {
    const reader = new Reader(value);
    const generation = reader.u32();
    if (crc32(value.subarray(0, reader.offset)) === reader.u32()) return generation;
  }
  const message = `the ${name} is damaged: the number of its last flush is wrong; ${REINDEX}`;
  throw new StorageError('corrupt', name, message);
}
