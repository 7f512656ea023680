import { type Codec, struct } from '../bytes/codec.ts';
import { type InventoryItem, inventoryCodec } from './inventory.ts';
import { messageCodec } from './message-codec.ts';

/** Send me these. */
export interface GetDataMessage {
  readonly command: 'getdata';
  readonly items: readonly InventoryItem[];
}

export const getDataCodec: Codec<GetDataMessage> = messageCodec(
  'getdata',
  struct({ items: inventoryCodec }),
);
