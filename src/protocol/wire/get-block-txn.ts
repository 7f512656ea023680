import { type Codec, fixedBytes, struct } from '../bytes/codec.ts';
import { DecodeError } from '../bytes/decode-error.ts';
import type { BlockHash } from '../primitives/hashes.ts';
import { MAX_BLOCK_INDEX } from './cmpct-block.ts';
import { messageCodec } from './message-codec.ts';

/** Asks for the transactions of a compact block that were not here (BIP152). */
export interface GetBlockTxnMessage {
  readonly command: 'getblocktxn';
  readonly blockHash: BlockHash;
  /** Their positions in the block, ascending. */
  readonly indexes: readonly number[];
}

/** Each index is written as its distance from the one before. */
const indexes: Codec<readonly number[]> = {
  minSize: 1,
  read(reader) {
    const count = reader.count(1);
    const read: number[] = [];
    let next = 0;
    for (let i = 0; i < count; i++) {
      const index = next + reader.compactSize();
      if (index > MAX_BLOCK_INDEX) {
        throw new DecodeError('bad-value', 'differential value overflow');
      }
      read.push(index);
      next = index + 1;
    }
    return read;
  },
  write(writer, values) {
    writer.compactSize(values.length);
    let next = 0;
    for (const index of values) {
      writer.compactSize(index - next);
      next = index + 1;
    }
  },
};

export const getBlockTxnCodec: Codec<GetBlockTxnMessage> = messageCodec(
  'getblocktxn',
  struct({ blockHash: fixedBytes<BlockHash>(32), indexes }),
);
