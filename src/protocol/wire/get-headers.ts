import type { Codec } from '../bytes/codec.ts';
import { type BlockRequest, blockRequestCodec } from './block-request.ts';
import { messageCodec } from './message-codec.ts';

/** Asks for the headers of the blocks behind those that I have. */
export interface GetHeadersMessage extends BlockRequest {
  readonly command: 'getheaders';
}

export const getHeadersCodec: Codec<GetHeadersMessage> = messageCodec(
  'getheaders',
  blockRequestCodec,
);
