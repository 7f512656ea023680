import { type Codec, struct, varBytes } from '../bytes/codec.ts';
import { messageCodec } from './message-codec.ts';

/** Adds an element to the Bloom filter (BIP37). */
export interface FilterAddMessage {
  readonly command: 'filteradd';
  readonly data: Uint8Array;
}

export const filterAddCodec: Codec<FilterAddMessage> = messageCodec(
  'filteradd',
  struct({ data: varBytes }),
);
