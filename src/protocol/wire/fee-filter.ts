import { type Codec, i64, struct } from '../bytes/codec.ts';
import { messageCodec } from './message-codec.ts';

/** Tell me of no transaction that pays less (BIP133). */
export interface FeeFilterMessage {
  readonly command: 'feefilter';
  /** Satoshis for a thousand virtual bytes. */
  readonly feeRate: bigint;
}

export const feeFilterCodec: Codec<FeeFilterMessage> = messageCodec(
  'feefilter',
  struct({ feeRate: i64 }),
);
