import { type Codec, struct } from '../bytes/codec.ts';
import { type InventoryItem, inventoryCodec } from './inventory.ts';
import { messageCodec } from './message-codec.ts';

/** I have these. */
export interface InvMessage {
  readonly command: 'inv';
  readonly items: readonly InventoryItem[];
}

export const invCodec: Codec<InvMessage> = messageCodec('inv', struct({ items: inventoryCodec }));
