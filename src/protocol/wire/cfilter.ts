import { type Codec, fixedBytes, struct, u8, varBytes } from '../bytes/codec.ts';
import type { BlockHash } from '../primitives/hashes.ts';
import { messageCodec } from './message-codec.ts';

/** The compact filter of a block (BIP157). */
export interface CFilterMessage {
  readonly command: 'cfilter';
  readonly filterType: number;
  readonly blockHash: BlockHash;
  readonly filter: Uint8Array;
}

export const cFilterCodec: Codec<CFilterMessage> = messageCodec(
  'cfilter',
  struct({ filterType: u8, blockHash: fixedBytes<BlockHash>(32), filter: varBytes }),
);
