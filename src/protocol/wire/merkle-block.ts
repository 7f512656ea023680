import { type Codec, fixedBytes, struct, u32, varBytes, vector } from '../bytes/codec.ts';
import { type BlockHeader, blockHeaderCodec } from '../primitives/block-header.ts';
import { messageCodec } from './message-codec.ts';

/** A block with the proof of those of its transactions that pass a Bloom filter (BIP37). */
export interface MerkleBlockMessage {
  readonly command: 'merkleblock';
  readonly header: BlockHeader;
  readonly transactionCount: number;
  readonly hashes: readonly Uint8Array[];
  /** A bit for each node of the tree that is walked through, the lowest of a byte first. */
  readonly flags: Uint8Array;
}

export const merkleBlockCodec: Codec<MerkleBlockMessage> = messageCodec(
  'merkleblock',
  struct({
    header: blockHeaderCodec,
    transactionCount: u32,
    hashes: vector(fixedBytes(32)),
    flags: varBytes,
  }),
);
