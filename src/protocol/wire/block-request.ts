import { type Codec, fixedBytes, i32, struct, vector } from '../bytes/codec.ts';
import type { BlockHash } from '../primitives/hashes.ts';

/** Where somebody's chain is, and how far they want to be led: `getheaders` and `getblocks`. */
export interface BlockRequest {
  /** That of the protocol. Nobody reads it. */
  readonly version: number;
  /** Hashes from the tip back to the start, at distances that grow. */
  readonly locator: readonly BlockHash[];
  /** The last that is wanted; zeros for as many as there can be. */
  readonly stop: BlockHash;
}

export const blockRequestCodec: Codec<BlockRequest> = struct({
  version: i32,
  locator: vector(fixedBytes<BlockHash>(32)),
  stop: fixedBytes<BlockHash>(32),
});
