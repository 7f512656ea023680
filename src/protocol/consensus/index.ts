export { isBip30Enforced } from './bip30.ts';
export {
  type BlockContext,
  type BlockContextParams,
  checkBlockContext,
  transactionCountLimits,
} from './block-context.ts';
export { blockScriptFlags, scriptFlagsAt } from './block-script-flags.ts';
export {
  type BlockSanityChecks,
  type BlockSanityParams,
  checkBlockSanity,
  checkHeaderSanity,
  isBlockMutated,
} from './check-block.ts';
export { checkTransactionSanity } from './check-transaction.ts';
export { checkTransactionInputs, missingCoin } from './check-transaction-inputs.ts';
export {
  type Coin,
  type CoinKey,
  type CoinLookup,
  coinKey,
  isMature,
  isUnspendable,
} from './coin.ts';
export {
  type BlockUndo,
  type ConnectedBlock,
  type ConnectFacts,
  type ConnectParams,
  type ConnectPosition,
  coinsToLoad,
  connectBlock,
} from './connect-block.ts';
export type { DifficultyParams, HeaderChain, WorkHeader } from './difficulty/header-chain.ts';
export { nextBits, permittedDifficultyTransition } from './difficulty/next-bits.ts';
export { type DisconnectedBlock, disconnectBlock, type RestoredCoin } from './disconnect-block.ts';
export {
  checkHeaderContext,
  type HeaderContext,
  type HeaderContextParams,
} from './header-context.ts';
export {
  LOCKTIME_THRESHOLD,
  MAX_BLOCK_SIGOPS_COST,
  MAX_BLOCK_WEIGHT,
  MAX_FUTURE_BLOCK_TIME,
  MAX_TIMEWARP,
  WITNESS_SCALE_FACTOR,
} from './limits.ts';
export {
  calculateSequenceLocks,
  checkSequenceLocks,
  isFinalTx,
  type SequenceLocks,
} from './lock-time.ts';
export { medianTimePast } from './median-time-past.ts';
export { RuleError, type Verdict } from './rule-error.ts';
export { type ScriptJob, scriptFailure, verifyScripts } from './script-job.ts';
export {
  checkSignetSolution,
  type SignetSolution,
  type SignetTransactions,
  signetSolutionPush,
  signetTransactions,
} from './signet.ts';
export { blockSubsidy } from './subsidy.ts';
export {
  computeBlockVersion,
  type DeploymentCache,
  type DeploymentQuery,
  type DeploymentState,
  type DeploymentStatistics,
  deploymentState,
  deploymentStateSince,
  deploymentStatistics,
  signals,
  type VersionBitsAncestors,
} from './version-bits.ts';
export {
  checkWitnessCommitment,
  findWitnessCommitment,
  makeWitnessCommitment,
  WITNESS_RESERVED_VALUE,
  witnessCommitmentHash,
} from './witness-commitment.ts';
