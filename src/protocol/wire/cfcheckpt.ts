import { type Codec, fixedBytes, struct, u8, vector } from '../bytes/codec.ts';
import type { BlockHash } from '../primitives/hashes.ts';
import { messageCodec } from './message-codec.ts';

/** The answer to `getcfcheckpt` (BIP157). */
export interface CFCheckptMessage {
  readonly command: 'cfcheckpt';
  readonly filterType: number;
  readonly stopHash: BlockHash;
  readonly headers: readonly Uint8Array[];
}

export const cFCheckptCodec: Codec<CFCheckptMessage> = messageCodec(
  'cfcheckpt',
  struct({
    filterType: u8,
    stopHash: fixedBytes<BlockHash>(32),
    headers: vector(fixedBytes(32)),
  }),
);
