import { type Codec, struct, vector } from '../bytes/codec.ts';
import { type BlockHeader, blockHeaderCodec } from '../primitives/block-header.ts';
import { messageCodec } from './message-codec.ts';

/** Headers of blocks, each building on the one before: an answer, or the announcement of new ones. */
export interface HeadersMessage {
  readonly command: 'headers';
  readonly headers: readonly BlockHeader[];
}

/** A header travels as a block without transactions, with their count behind it. Nobody reads that. */
const entry: Codec<BlockHeader> = {
  minSize: blockHeaderCodec.minSize + 1,
  read(reader) {
    const header = blockHeaderCodec.read(reader);
    reader.compactSize();
    return header;
  },
  write(writer, header) {
    blockHeaderCodec.write(writer, header);
    writer.compactSize(0);
  },
};

export const headersCodec: Codec<HeadersMessage> = messageCodec(
  'headers',
  struct({ headers: vector(entry) }),
);
