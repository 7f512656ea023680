/** Where things are in the coin database: the keys of Bitcoin Core's `chainstate`. */
import { Reader } from '../../protocol/bytes/reader.ts';
import type { CoinKey } from '../../protocol/consensus/coin.ts';
import type { BlockHash, Txid } from '../../protocol/primitives/hashes.ts';
import type { OutPoint } from '../../protocol/primitives/transaction.ts';
import { type KeyRange, prefixRange, type StoreReader } from '../storage/key-value-store.ts';
import { StorageError } from '../storage/storage-error.ts';
import { ByteArena } from './byte-arena.ts';
import { encodeVarInt, readVarInt } from './var-int.ts';

/** `B`: the hash of the block that left these coins. */
export const BEST_BLOCK_KEY: Uint8Array = Uint8Array.of(0x42);
/** `C`: a coin. */
const COIN_PREFIX = 0x43;

/** All coins, ordered by the ids of their transactions. */
export const COIN_RANGE: KeyRange = prefixRange(Uint8Array.of(COIN_PREFIX));

const TXID_SIZE = 32;
/** Of the key of a coin, unless its output has a number above 127. */
export const COIN_KEY_SIZE = 1 + TXID_SIZE + 1;

/**
 * Where a coin is in the database.
 *
 * @example
 * await store.get(coinStoreKey(coinKey(outPoint)))
 */
export function coinStoreKey(key: CoinKey, arena = new ByteArena(COIN_KEY_SIZE)): Uint8Array {
  const vout =
    ((key[TXID_SIZE] as number) |
      ((key[TXID_SIZE + 1] as number) << 8) |
      ((key[TXID_SIZE + 2] as number) << 16) |
      ((key[TXID_SIZE + 3] as number) << 24)) >>>
    0;
  const long = vout > 0x7f ? encodeVarInt(vout) : undefined;
  const storeKey = arena.take(1 + TXID_SIZE + (long?.length ?? 1));
  storeKey[0] = COIN_PREFIX;
  for (let i = 0; i < TXID_SIZE; i++) storeKey[1 + i] = key[i] as number;
  if (long === undefined) storeKey[1 + TXID_SIZE] = vout;
  else storeKey.set(long, 1 + TXID_SIZE);
  return storeKey;
}

/** The coin that a place in the database is for. */
export function readCoinStoreKey(storeKey: Uint8Array): OutPoint {
  const reader = new Reader(storeKey, 1);
  const txid = reader.bytes(TXID_SIZE) as Txid;
  const vout = readVarInt(reader);
  reader.end();
  return { txid, vout };
}

/**
 * The hash of the block that left the coins in a database; undefined if it has none, because it is
 * new, or because a UTXO snapshot was never loaded to its end.
 */
export async function readBestBlock(store: StoreReader): Promise<BlockHash | undefined> {
  const hash = await store.get(BEST_BLOCK_KEY);
  if (hash !== undefined && hash.length !== TXID_SIZE) {
    throw damagedCoins(`its best block is a hash of ${hash.length} bytes`);
  }
  return hash as BlockHash | undefined;
}

/** A coin database that holds what nobody has written to it. */
export function damagedCoins(what: string, options?: ErrorOptions): StorageError {
  const message = `the coin database is damaged: ${what}; run with --reindex-chainstate`;
  return new StorageError('corrupt', 'chainstate', message, options);
}
