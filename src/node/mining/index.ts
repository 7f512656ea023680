export {
  assembleBlock,
  type BlockRequest,
  type DeploymentCaches,
  nextTime,
} from './assemble-block.ts';
export {
  BlockGenerator,
  type BlockGeneratorParts,
  DEFAULT_MAX_TRIES,
  type GenerateLimits,
} from './block-generator.ts';
export { MiningError } from './mining-error.ts';
export {
  InProcessSearch,
  type NonceResult,
  type NonceSearch,
  type SearchLimits,
} from './nonce-search.ts';
export {
  type CandidateTransaction,
  noTransactions,
  type TransactionRequest,
  type TransactionSource,
  theseTransactions,
} from './transaction-source.ts';
