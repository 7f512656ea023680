import { type Codec, fixedBytes, struct, u8, vector } from '../bytes/codec.ts';
import type { BlockHash } from '../primitives/hashes.ts';
import { messageCodec } from './message-codec.ts';

/** The answer to `getcfheaders` (BIP157): the receiver makes the filter headers from it by itself. */
export interface CFHeadersMessage {
  readonly command: 'cfheaders';
  readonly filterType: number;
  readonly stopHash: BlockHash;
  readonly previousHeader: Uint8Array;
  readonly filterHashes: readonly Uint8Array[];
}

export const cFHeadersCodec: Codec<CFHeadersMessage> = messageCodec(
  'cfheaders',
  struct({
    filterType: u8,
    stopHash: fixedBytes<BlockHash>(32),
    previousHeader: fixedBytes(32),
    filterHashes: vector(fixedBytes(32)),
  }),
);
