/**
 * Where things are in the store of an index. What the machinery keeps begins with a zero byte; an
 * index begins its own keys with letters. Numbers in keys are big-endian, so that their order is that
 * of the keys.
 */
import { Reader } from '../../protocol/bytes/reader.ts';
import { Writer } from '../../protocol/bytes/writer.ts';
import type { BlockHash } from '../../protocol/primitives/hashes.ts';
import { type KeyRange, prefixRange } from '../storage/key-value-store.ts';
import { putU32, readU32 } from './row-writer.ts';

const HASH_SIZE = 32;
const BLOCK_KEY_SIZE = 1 + 4 + HASH_SIZE;

/** The last block that the index has seen: its height and its hash. */
export const TIP_KEY: Uint8Array = Uint8Array.of(0, 0);
/** The version of the layout. */
export const VERSION_KEY: Uint8Array = Uint8Array.of(0, 1);
const JOURNAL_PREFIX: Uint8Array = Uint8Array.of(0, 2);

/** What takes recent changes back, oldest first. */
export const JOURNAL_RANGE: KeyRange = prefixRange(JOURNAL_PREFIX);

export function journalKey(sequence: number): Uint8Array {
  const key = new Uint8Array(JOURNAL_PREFIX.length + 4);
  key.set(JOURNAL_PREFIX);
  putU32(key, JOURNAL_PREFIX.length, sequence);
  return key;
}

export function readJournalKey(key: Uint8Array): number {
  return readU32(key, JOURNAL_PREFIX.length);
}

/** A block by its height and hash: those of one height lie together, whatever branch they are on. */
export function blockKey(letter: number, height: number, hash: BlockHash): Uint8Array {
  const key = new Uint8Array(BLOCK_KEY_SIZE);
  key[0] = letter;
  putU32(key, 1, height);
  key.set(hash, 5);
  return key;
}

/** A block as the value of a key. */
export interface BlockPlace {
  readonly height: number;
  readonly hash: BlockHash;
}

export function encodePlace({ height, hash }: BlockPlace): Uint8Array {
  const writer = new Writer(4 + HASH_SIZE);
  writer.u32(height);
  writer.bytes(hash);
  return writer.finish();
}

export function decodePlace(bytes: Uint8Array): BlockPlace {
  const reader = new Reader(bytes);
  const height = reader.u32();
  const hash = reader.bytes(HASH_SIZE) as BlockHash;
  reader.end();
  return { height, hash };
}
