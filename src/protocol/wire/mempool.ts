import type { Codec } from '../bytes/codec.ts';
import { bareMessageCodec } from './message-codec.ts';

/** Asks for an `inv` of all unconfirmed transactions (BIP35). */
export interface MempoolMessage {
  readonly command: 'mempool';
}

export const mempoolCodec: Codec<MempoolMessage> = bareMessageCodec('mempool');
