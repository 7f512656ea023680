import { type Codec, struct, u64, vector } from '../bytes/codec.ts';
import { DecodeError } from '../bytes/decode-error.ts';
import type { Reader } from '../bytes/reader.ts';
import type { Writer } from '../bytes/writer.ts';
import { type BlockHeader, blockHeaderCodec } from '../primitives/block-header.ts';
import { type Transaction, txCodec } from '../primitives/transaction.ts';
import { messageCodec } from './message-codec.ts';

/** A transaction that the receiver cannot have: the coinbase, at least. */
export interface PrefilledTransaction {
  /** Its position in the block. */
  readonly index: number;
  readonly tx: Transaction;
}

/** A block, with short ids in place of the transactions that the receiver most likely has (BIP152). */
export interface CmpctBlockMessage {
  readonly command: 'cmpctblock';
  readonly header: BlockHeader;
  /** Makes the short ids others for each sender. */
  readonly nonce: bigint;
  /** Numbers of 48 bits, in the order of the block. */
  readonly shortIds: readonly number[];
  readonly prefilled: readonly PrefilledTransaction[];
}

/** Positions in a block are numbers of 16 bits here. */
export const MAX_BLOCK_INDEX = 0xffff;

const shortId: Codec<number> = {
  minSize: 6,
  read: (reader) => reader.u32() + reader.u16() * 0x100000000,
  write(writer, value) {
    writer.u32(value % 0x100000000);
    writer.u16(Math.floor(value / 0x100000000));
  },
};

/** Each index is written as its distance from the one before. */
const prefilled: Codec<readonly PrefilledTransaction[]> = {
  minSize: 1,
  read(reader) {
    const count = reader.count(1 + txCodec.minSize);
    const transactions: PrefilledTransaction[] = [];
    let next = 0;
    for (let i = 0; i < count; i++) {
      // Where the sum leaves the block is not asked here: that is an offence, and not a slip of encoding.
      const index = next + readDistance(reader);
      transactions.push({ index, tx: txCodec.read(reader) });
      next = index + 1;
    }
    return transactions;
  },
  write(writer, transactions) {
    writer.compactSize(transactions.length);
    let next = 0;
    for (const { index, tx } of transactions) {
      writeDistance(writer, index - next);
      txCodec.write(writer, tx);
      next = index + 1;
    }
  },
};

function readDistance(reader: Reader): number {
  const distance = reader.compactSize();
  if (distance > MAX_BLOCK_INDEX) {
    throw new DecodeError('size-too-large', 'CompactSize exceeds limit of type');
  }
  return distance;
}

function writeDistance(writer: Writer, distance: number): void {
  writer.compactSize(distance);
}

const body = struct({
  header: blockHeaderCodec,
  nonce: u64,
  shortIds: vector(shortId),
  prefilled,
});

export const cmpctBlockCodec: Codec<CmpctBlockMessage> = messageCodec('cmpctblock', {
  ...body,
  read(reader) {
    const block = body.read(reader);
    if (block.shortIds.length + block.prefilled.length > MAX_BLOCK_INDEX) {
      throw new DecodeError('bad-value', 'indexes overflowed 16 bits');
    }
    return block;
  },
});
