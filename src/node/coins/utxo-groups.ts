import { equalBytes } from '../../protocol/bytes/compare.ts';
import type { Coin } from '../../protocol/consensus/coin.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import type { StoreReader } from '../storage/key-value-store.ts';
import { decodeCoin } from './coin-codec.ts';
import { COIN_RANGE, damagedCoins, readCoinStoreKey } from './store-keys.ts';

/** The coins of one transaction. */
export interface UtxoGroup {
  readonly txid: Txid;
  /** In the order of the database, which beyond the output 16,511 is not that of the numbers. */
  readonly coins: readonly StoredCoin[];
}

interface StoredCoin {
  readonly vout: number;
  readonly coin: Coin;
  /** As in the database. */
  readonly bytes: Uint8Array;
}

/** All coins of a database, transaction by transaction, ordered by their ids as bytes. */
export async function* utxoGroups(reader: StoreReader): AsyncGenerator<UtxoGroup> {
  let txid: Txid | undefined;
  let coins: StoredCoin[] = [];
  for await (const [key, bytes] of reader.iterate(COIN_RANGE)) {
    const outPoint = readEntry('a key', () => readCoinStoreKey(key));
    const coin = readEntry('a coin', () => decodeCoin(bytes));
    if (txid === undefined || !equalBytes(txid, outPoint.txid)) {
      if (txid !== undefined) yield { txid, coins };
      txid = outPoint.txid;
      coins = [];
    }
    coins.push({ vout: outPoint.vout, coin, bytes });
  }
  if (txid !== undefined) yield { txid, coins };
}

function readEntry<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw damagedCoins(`${what} cannot be read: ${reason}`, { cause: error });
  }
}
