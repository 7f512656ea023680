export type { LoadedBlock, RefusedBlock } from './accept-block.ts';
export { locatorOf } from './active-chain.ts';
export { BlockNode } from './block-node.ts';
export { Chain } from './chain.ts';
export { ChainError, type ChainErrorCode } from './chain-error.ts';
export type { ChainEvent, ChainListener } from './chain-events.ts';
export type { ChainMark } from './chain-marks.ts';
export type { ChainOptions, ChainOutside, StartProgress } from './chain-options.ts';
export { ChainReader } from './chain-reader.ts';
export type { CoinSnapshot, HeadersResult, ProcessBlockResult } from './chain-results.ts';
export type { BranchStatus, ChainTip } from './chain-tips.ts';
export type { ConsensusLedger, Follower, PlacedBlock } from './ledger.ts';
export { startChain } from './start-chain.ts';
export {
  type CheckLevel,
  InconsistencyError,
  type VerifyChainRequest,
  type VerifyChainResult,
} from './verify-chain.ts';
