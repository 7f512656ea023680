import type { Codec } from '../bytes/codec.ts';
import { bareMessageCodec } from './message-codec.ts';

/** Asks for addresses of other nodes. */
export interface GetAddrMessage {
  readonly command: 'getaddr';
}

export const getAddrCodec: Codec<GetAddrMessage> = bareMessageCodec('getaddr');
