import type { Codec } from '../bytes/codec.ts';
import { bareMessageCodec } from './message-codec.ts';

/** Before `verack`: tell me addresses by `addrv2` (BIP155). */
export interface SendAddrV2Message {
  readonly command: 'sendaddrv2';
}

export const sendAddrV2Codec: Codec<SendAddrV2Message> = bareMessageCodec('sendaddrv2');
