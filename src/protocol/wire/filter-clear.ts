import type { Codec } from '../bytes/codec.ts';
import { bareMessageCodec } from './message-codec.ts';

/** Takes the Bloom filter away: send me all transactions again (BIP37). */
export interface FilterClearMessage {
  readonly command: 'filterclear';
}

export const filterClearCodec: Codec<FilterClearMessage> = bareMessageCodec('filterclear');
