import type { Codec } from '../bytes/codec.ts';
import { type BlockRequest, blockRequestCodec } from './block-request.ts';
import { messageCodec } from './message-codec.ts';

/** Asks for an `inv` of the blocks behind those that I have: how chains were fetched before headers were. */
export interface GetBlocksMessage extends BlockRequest {
  readonly command: 'getblocks';
}

export const getBlocksCodec: Codec<GetBlocksMessage> = messageCodec('getblocks', blockRequestCodec);
