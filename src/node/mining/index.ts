export {
  assembleBlock,
  type BlockRequest,
  type DeploymentCaches,
  nextTime,
} from './assemble-block.ts';
export {
  BlockGenerator,
  type BlockGeneratorParts,
  type BranchBlock,
  DEFAULT_MAX_TRIES,
  type GenerateLimits,
} from './block-generator.ts';
export {
  Miner,
  type MinerEvent,
  type MinerListener,
  type MinerOptions,
  type MinerParts,
} from './continuous-miner.ts';
export { MiningError } from './mining-error.ts';
export {
  InProcessSearch,
  type NonceResult,
  type NonceSearch,
  type SearchLimits,
} from './nonce-search.ts';
export { SearchError } from './search-error.ts';
export { ThreadSearch, type ThreadSearchOptions } from './thread-search.ts';
export { checkTransactionCount, TransactionCountError } from './transaction-count.ts';
export {
  type CandidateTransaction,
  noTransactions,
  type TransactionRequest,
  type TransactionSource,
  theseTransactions,
} from './transaction-source.ts';
