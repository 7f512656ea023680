import type { Codec } from '../bytes/codec.ts';
import { type FilterRequest, filterRequestCodec } from './filter-request.ts';
import { messageCodec } from './message-codec.ts';

/** Asks for the hashes of the compact filters of blocks, and for the filter header before them (BIP157). */
export interface GetCFHeadersMessage extends FilterRequest {
  readonly command: 'getcfheaders';
}

export const getCFHeadersCodec: Codec<GetCFHeadersMessage> = messageCodec(
  'getcfheaders',
  filterRequestCodec,
);
