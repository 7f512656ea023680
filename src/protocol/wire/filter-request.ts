import { type Codec, fixedBytes, struct, u8, u32 } from '../bytes/codec.ts';
import type { BlockHash } from '../primitives/hashes.ts';

/** The only type of filter that there is (BIP158). */
export const BASIC_FILTER = 0;

/** A range of blocks whose compact filters are asked for: `getcfilters` and `getcfheaders` (BIP157). */
export interface FilterRequest {
  readonly filterType: number;
  readonly startHeight: number;
  readonly stopHash: BlockHash;
}

export const filterRequestCodec: Codec<FilterRequest> = struct({
  filterType: u8,
  startHeight: u32,
  stopHash: fixedBytes<BlockHash>(32),
});
