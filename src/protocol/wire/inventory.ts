import { type Codec, struct, u32, vector } from '../bytes/codec.ts';
import { toReversedHex } from '../bytes/hex.ts';
import { ownHash } from './message-codec.ts';

/** A block or a transaction, by its hash and by what of it is meant. */
export interface InventoryItem {
  readonly type: number;
  readonly hash: Uint8Array;
}

/** A transaction, by its id. */
export const MSG_TX = 1;
export const MSG_BLOCK = 2;
/** A block as `merkleblock`, with what passes the Bloom filter (BIP37). */
export const MSG_FILTERED_BLOCK = 3;
/** A block as `cmpctblock` (BIP152). */
export const MSG_CMPCT_BLOCK = 4;
/** A transaction, by its id with witness (BIP339). */
export const MSG_WTX = 5;
/** In `getdata`: with witnesses (BIP144). */
export const MSG_WITNESS_FLAG = 1 << 30;
export const MSG_WITNESS_TX = MSG_TX | MSG_WITNESS_FLAG;
export const MSG_WITNESS_BLOCK = MSG_BLOCK | MSG_WITNESS_FLAG;

/** What `inv`, `getdata` and `notfound` hold. */
export const inventoryCodec: Codec<readonly InventoryItem[]> = vector(
  struct({ type: u32, hash: ownHash() }),
);

const NAMES: ReadonlyMap<number, string> = new Map([
  [MSG_TX, 'tx'],
  [MSG_BLOCK, 'block'],
  [MSG_FILTERED_BLOCK, 'merkleblock'],
  [MSG_CMPCT_BLOCK, 'cmpctblock'],
  [MSG_WTX, 'wtx'],
]);

/**
 * An item in Bitcoin Core's words, for the log.
 *
 * @example
 * inventoryText({ type: MSG_WITNESS_BLOCK, hash }) // 'witness-block 0f9188f1…'
 */
export function inventoryText({ type, hash }: InventoryItem): string {
  const name = NAMES.get(type & ~MSG_WITNESS_FLAG) ?? `0x${type.toString(16).padStart(8, '0')}`;
  const kind = (type & MSG_WITNESS_FLAG) === 0 ? '' : 'witness-';
  return `${kind}${name} ${toReversedHex(hash)}`;
}

/** Whether a transaction is meant, in whatever form. */
export function isTransactionItem({ type }: InventoryItem): boolean {
  return type === MSG_TX || type === MSG_WITNESS_TX || type === MSG_WTX;
}

/** Whether a block is meant, in whatever form. */
export function isBlockItem({ type }: InventoryItem): boolean {
  return (
    type === MSG_BLOCK ||
    type === MSG_WITNESS_BLOCK ||
    type === MSG_FILTERED_BLOCK ||
    type === MSG_CMPCT_BLOCK
  );
}
