import type { Codec } from '../bytes/codec.ts';
import { type FilterRequest, filterRequestCodec } from './filter-request.ts';
import { messageCodec } from './message-codec.ts';

/** Asks for the compact filters of blocks (BIP157). Each comes in a `cfilter` of its own. */
export interface GetCFiltersMessage extends FilterRequest {
  readonly command: 'getcfilters';
}

export const getCFiltersCodec: Codec<GetCFiltersMessage> = messageCodec(
  'getcfilters',
  filterRequestCodec,
);
