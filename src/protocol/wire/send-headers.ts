import type { Codec } from '../bytes/codec.ts';
import { bareMessageCodec } from './message-codec.ts';

/** Announce new blocks to me by their headers, not by `inv` (BIP130). */
export interface SendHeadersMessage {
  readonly command: 'sendheaders';
}

export const sendHeadersCodec: Codec<SendHeadersMessage> = bareMessageCodec('sendheaders');
