export { Mempool, type MempoolParts } from './mempool.ts';
export type { MempoolEntry } from './mempool-entry.ts';
export type { MempoolEvent, MempoolListener, RemovalReason } from './mempool-event.ts';
export { DEFAULT_MEMPOOL_OPTIONS, type MempoolOptions } from './mempool-options.ts';
export type {
  Accepted,
  AcceptOptions,
  AcceptPackageOptions,
  AcceptResult,
  PackageResult,
  PackageTxResult,
  Rejected,
  RejectKind,
  TransactionSourceKind,
} from './mempool-results.ts';
export { MEMPOOL_HEIGHT } from './pool-coins.ts';
export { signalsReplacement } from './signals-replacement.ts';
