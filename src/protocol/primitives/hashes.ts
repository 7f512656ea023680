/**
 * The hashes that name things, in wire order. They are told apart by type, because a block hash
 * where a transaction id belongs is a bug that no test of lengths would find.
 */
import type { Brand } from '../bytes/brand.ts';

/** Double SHA-256 of a transaction without its witnesses. */
export type Txid = Brand<Uint8Array, 'Txid'>;
/** Double SHA-256 of a transaction with its witnesses (BIP141). */
export type Wtxid = Brand<Uint8Array, 'Wtxid'>;
/** Double SHA-256 of a block header. */
export type BlockHash = Brand<Uint8Array, 'BlockHash'>;

/** What a first block has for its parent, and a coinbase for the transaction that it spends. */
export const ZERO_HASH: Uint8Array = new Uint8Array(32);
