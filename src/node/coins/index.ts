export {
  CoinCache,
  type CoinCacheOptions,
  type CoinChanges,
  DEFAULT_COIN_CACHE_BYTES,
} from './coin-cache.ts';
export { coinCodec, decodeCoin, encodeCoin } from './coin-codec.ts';
export { type DumpTxOutSetOptions, dumpTxOutSet } from './dump-txoutset.ts';
export { type LoadTxOutSetOptions, loadTxOutSet, readTxOutSetHeader } from './load-txoutset.ts';
export { coinStoreKey, readBestBlock, readCoinStoreKey } from './store-keys.ts';
export { TxOutSetError, type TxOutSetErrorCode, type TxOutSetHeader } from './txoutset-file.ts';
export { decodeUndo, encodeUndo, undoCodec } from './undo-codec.ts';
export {
  type UtxoHashType,
  type UtxoScanOptions,
  type UtxoStatistics,
  utxoStatistics,
} from './utxo-set.ts';
