export type { AddressIndexParams } from './addresses/address-index.ts';
export {
  AddressReader,
  type Balance,
  type Moment,
  type Page,
  type PageRequest,
  type Totals,
} from './addresses/address-reader.ts';
export {
  type HistoryEntry,
  type ScriptHash,
  scriptHash,
  type UnspentOutput,
} from './addresses/address-rows.ts';
export type { CoinRow } from './coins/coin-index.ts';
export { CoinReader } from './coins/coin-reader.ts';
export { type CoinSums, unspendableOf } from './coins/coin-totals.ts';
export { type FilterHashes, FilterReader } from './filters/filter-reader.ts';
export type { FollowerState, FollowerStatus } from './follower-runner.ts';
export {
  type FollowedChain,
  Followers,
  type FollowersParts,
  type IndexPlace,
} from './followers.ts';
export type { FollowedBlock, IndexDefinition } from './index-definition.ts';
export { IndexError, type IndexErrorCode } from './index-error.ts';
export { Indexes, type IndexesOptions, type IndexName, indexNames } from './indexes.ts';
export { StatisticsReader } from './statistics/statistics-reader.ts';
export { type FoundTransaction, TransactionReader } from './transactions/transaction-reader.ts';
