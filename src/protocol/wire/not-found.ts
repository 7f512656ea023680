import { type Codec, struct } from '../bytes/codec.ts';
import { type InventoryItem, inventoryCodec } from './inventory.ts';
import { messageCodec } from './message-codec.ts';

/** The answer to a `getdata` for transactions that are not here. */
export interface NotFoundMessage {
  readonly command: 'notfound';
  readonly items: readonly InventoryItem[];
}

export const notFoundCodec: Codec<NotFoundMessage> = messageCodec(
  'notfound',
  struct({ items: inventoryCodec }),
);
