import type { Codec } from '../bytes/codec.ts';
import { bareMessageCodec } from './message-codec.ts';

/** The answer to `version`: the handshake is over when both sides have said it. */
export interface VerackMessage {
  readonly command: 'verack';
}

export const verackCodec: Codec<VerackMessage> = bareMessageCodec('verack');
