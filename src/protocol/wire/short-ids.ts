/** The short transaction ids of compact blocks (BIP152). */
import { Writer } from '../bytes/writer.ts';
import { sha256 } from '../crypto/hash.ts';
import { sipHash } from '../crypto/siphash.ts';
import { type BlockHeader, encodeBlockHeader, HEADER_SIZE } from '../primitives/block-header.ts';
import type { Wtxid } from '../primitives/hashes.ts';

const KEY_SIZE = 16;
const SHORT_ID_MASK = 0xffff_ffff_ffffn;

/**
 * The key under which a sender makes the short ids of a block. Its nonce is in it, so that nobody can
 * make transactions whose short ids collide everywhere.
 *
 * @example
 * const key = shortIdKey(message.header, message.nonce);
 */
export function shortIdKey(header: BlockHeader, nonce: bigint): Uint8Array {
  const writer = new Writer(HEADER_SIZE + 8);
  writer.bytes(encodeBlockHeader(header));
  writer.u64(nonce);
  return sha256(writer.finish()).slice(0, KEY_SIZE);
}

/**
 * A transaction's short id, a number of 48 bits.
 *
 * @example
 * shortId(key, wtxid(tx))
 */
export function shortId(key: Uint8Array, id: Wtxid): number {
  return Number(sipHash(key, id) & SHORT_ID_MASK);
}
