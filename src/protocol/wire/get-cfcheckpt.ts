import { type Codec, fixedBytes, struct, u8 } from '../bytes/codec.ts';
import type { BlockHash } from '../primitives/hashes.ts';
import { messageCodec } from './message-codec.ts';

/** Asks for every thousandth filter header (BIP157). */
export interface GetCFCheckptMessage {
  readonly command: 'getcfcheckpt';
  readonly filterType: number;
  readonly stopHash: BlockHash;
}

export const getCFCheckptCodec: Codec<GetCFCheckptMessage> = messageCodec(
  'getcfcheckpt',
  struct({ filterType: u8, stopHash: fixedBytes<BlockHash>(32) }),
);
