import { DecodeError } from '../../../protocol/bytes/decode-error.ts';
import { Reader } from '../../../protocol/bytes/reader.ts';
import type { BlockHash, Txid } from '../../../protocol/primitives/hashes.ts';
import { readVarInt } from '../../coins/var-int.ts';
import { RowWriter } from '../row-writer.ts';

/** `t`: a transaction. */
const TRANSACTION = 0x74;
const HASH_SIZE = 32;

/** The block is on the branch that the index follows, and its height is enough to name it. */
const ACTIVE = 0;
const STALE = 1;

/** Where a transaction is in the bytes of its block. */
interface PlaceInBlock {
  readonly height: number;
  /** From the first byte of the block's header. */
  readonly offset: number;
  /** Of the transaction, witnesses included. */
  readonly length: number;
}

export interface TransactionPlace extends PlaceInBlock {
  /** The block, if it has been taken back. */
  readonly staleBlock: BlockHash | undefined;
}

/** Keys and values are views of these, valid until the next one is made. */
const keys = new RowWriter();
const values = new RowWriter();

export function transactionKey(id: Txid): Uint8Array {
  return keys.start().u8(TRANSACTION).bytes(id).finish();
}

export function encodeTransactionPlace(place: TransactionPlace): Uint8Array {
  const { staleBlock, height, offset, length } = place;
  values.start().u8(staleBlock === undefined ? ACTIVE : STALE);
  if (staleBlock !== undefined) values.bytes(staleBlock);
  return values.varInt(height).varInt(offset).varInt(length).finish();
}

export function decodeTransactionPlace(bytes: Uint8Array): TransactionPlace {
  const reader = new Reader(bytes);
  const kind = reader.u8();
  if (kind !== ACTIVE && kind !== STALE) {
    throw new DecodeError('bad-value', `a transaction's place of kind ${kind}: there are 0 and 1`);
  }
  const staleBlock = kind === STALE ? (reader.bytes(HASH_SIZE) as BlockHash) : undefined;
  const height = readVarInt(reader);
  const offset = readVarInt(reader);
  const length = readVarInt(reader);
  reader.end();
  return { staleBlock, height, offset, length };
}
