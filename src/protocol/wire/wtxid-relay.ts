import type { Codec } from '../bytes/codec.ts';
import { bareMessageCodec } from './message-codec.ts';

/** Before `verack`: announce transactions to me by their id with witness (BIP339). */
export interface WtxidRelayMessage {
  readonly command: 'wtxidrelay';
}

export const wtxidRelayCodec: Codec<WtxidRelayMessage> = bareMessageCodec('wtxidrelay');
