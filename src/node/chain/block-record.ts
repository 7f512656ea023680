/** How a block is described in the block index: its header, and what is known of it. */
import { crc32 } from 'node:zlib';
import { Reader } from '../../protocol/bytes/reader.ts';
import { Writer } from '../../protocol/bytes/writer.ts';
import { HEADER_SIZE } from '../../protocol/primitives/block-header.ts';
import type { BlockHash } from '../../protocol/primitives/hashes.ts';
import { readVarInt, writeVarInt } from '../coins/var-int.ts';
import type { BlockNode } from './block-node.ts';
import { STORED, UNDO_STORED } from './block-status.ts';
import { HASH_SIZE } from './header-record.ts';

/** `b`: a block. Its height comes before its hash, so that parents are read before their children. */
const BLOCK_PREFIX = 0x62;
const HEIGHT_AT = 1;
const HASH_AT = 5;
const BLOCK_KEY_SIZE: number = HASH_AT + HASH_SIZE;
export const BLOCK_KEYS: Uint8Array = Uint8Array.of(BLOCK_PREFIX);

const CHECKSUM_SIZE = 4;

/** What is known of a block beside its place in the tree. */
type BlockFacts = Pick<
  BlockNode,
  'status' | 'transactionCount' | 'file' | 'blockOffset' | 'undoOffset' | 'checksum'
>;

export interface BlockRecord {
  readonly header: Uint8Array;
  readonly facts: BlockFacts;
}

export function blockKey(height: number, hash: Uint8Array): Uint8Array {
  const key = new Uint8Array(BLOCK_KEY_SIZE);
  key[0] = BLOCK_PREFIX;
  new DataView(key.buffer).setUint32(HEIGHT_AT, height);
  key.set(hash, HASH_AT);
  return key;
}

export function readBlockKey(key: Uint8Array): { height: number; hash: BlockHash } {
  const height = new DataView(key.buffer, key.byteOffset).getUint32(HEIGHT_AT);
  return { height, hash: key.subarray(HASH_AT) as BlockHash };
}

/** The record of a node, with a checksum over it and its key: LevelDB does not check what it reads. */
export function encodeBlockRecord(key: Uint8Array, node: BlockNode): Uint8Array {
  const writer = new Writer();
  writer.bytes(node.headerBytes);
  writeVarInt(writer, node.status);
  writeVarInt(writer, node.transactionCount);
  if ((node.status & (STORED | UNDO_STORED)) !== 0) writeVarInt(writer, node.file);
  if ((node.status & STORED) !== 0) {
    writeVarInt(writer, node.blockOffset);
    writer.i32(node.checksum);
  }
  if ((node.status & UNDO_STORED) !== 0) writeVarInt(writer, node.undoOffset);
  writer.u32(crc32(writer.finish(), crc32(key)));
  return writer.finish();
}

/** Reads a record; undefined if it is not what was written under this key. */
export function decodeBlockRecord(key: Uint8Array, value: Uint8Array): BlockRecord | undefined {
  const end = value.length - CHECKSUM_SIZE;
  if (key.length !== BLOCK_KEY_SIZE || end <= HEADER_SIZE) return undefined;
  const sum = new Reader(value, end).u32();
  if (crc32(value.subarray(0, end), crc32(key)) !== sum) return undefined;
  const reader = new Reader(value.subarray(0, end));
  const header = reader.bytes(HEADER_SIZE);
  const status = readVarInt(reader);
  const transactionCount = readVarInt(reader);
  const isStored = (status & STORED) !== 0;
  const hasUndo = (status & UNDO_STORED) !== 0;
  const file = isStored || hasUndo ? readVarInt(reader) : 0;
  const blockOffset = isStored ? readVarInt(reader) : 0;
  const checksum = isStored ? reader.i32() : 0;
  const undoOffset = hasUndo ? readVarInt(reader) : 0;
  reader.end();
  return { header, facts: { status, transactionCount, file, blockOffset, undoOffset, checksum } };
}
