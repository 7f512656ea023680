import { type Codec, struct, u8, u32, varBytes } from '../bytes/codec.ts';
import { messageCodec } from './message-codec.ts';

/** Send me no transaction but those that pass this Bloom filter (BIP37). */
export interface FilterLoadMessage {
  readonly command: 'filterload';
  readonly filter: Uint8Array;
  readonly hashFunctions: number;
  readonly tweak: number;
  /** What is added to the filter when a transaction passes. */
  readonly flags: number;
}

export const filterLoadCodec: Codec<FilterLoadMessage> = messageCodec(
  'filterload',
  struct({ filter: varBytes, hashFunctions: u32, tweak: u32, flags: u8 }),
);
