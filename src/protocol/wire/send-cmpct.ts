import { type Codec, struct, u64 } from '../bytes/codec.ts';
import { bool, messageCodec } from './message-codec.ts';

/** Compact blocks are welcome (BIP152). */
export interface SendCmpctMessage {
  readonly command: 'sendcmpct';
  /** Send new blocks as such at once, without announcing them first: the high-bandwidth mode. */
  readonly announce: boolean;
  /** 2: short ids of ids with witness. There is no other any more. */
  readonly version: bigint;
}

export const sendCmpctCodec: Codec<SendCmpctMessage> = messageCodec(
  'sendcmpct',
  struct({ announce: bool, version: u64 }),
);
