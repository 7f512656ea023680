import type { Clock } from '../../outside/clock/clock.ts';
import type { ByteMap } from '../../protocol/bytes/byte-map.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import type { ChainReader } from '../chain/chain-reader.ts';
import type { Log } from '../log/log.ts';
import type { ScriptExecutionCache } from '../verify/script-execution-cache.ts';
import type { MempoolOptions } from './mempool-options.ts';
import type { PoolGraph } from './pool-graph.ts';
import type { RollingMinimum } from './rolling-minimum.ts';

/** What transactions are judged by. */
export interface AdmissionContext {
  readonly graph: PoolGraph;
  readonly chain: Pick<ChainReader, 'tip' | 'coins' | 'coinInMemory'>;
  readonly params: ChainParams;
  readonly clock: Clock;
  readonly options: MempoolOptions;
  readonly minimum: RollingMinimum;
  /** What transactions count as paying beyond their fee, by txid; also those that have not come yet. */
  readonly deltas: ByteMap<bigint>;
  readonly scriptCache: ScriptExecutionCache;
  readonly log: Log;
  /** The number of the next event. */
  readonly sequence: () => number;
}

/** In which way a transaction comes. */
export interface AdmissionMode {
  readonly allowReplacement: boolean;
  /** Whether a version 3 transaction may put out its sibling. */
  readonly allowSiblingEviction: boolean;
  /** Whether fees are compared for the package as a whole. */
  readonly packageFees: boolean;
  /** Whether a small child may go one beyond the descendant limit, and a replacement be counted kindly. */
  readonly allowCarveOut: boolean;
  /** A block had it: what it pays and how full the pool is does not matter. */
  readonly bypassLimits: boolean;
}

export const ALONE: AdmissionMode = {
  allowReplacement: true,
  allowSiblingEviction: true,
  packageFees: false,
  allowCarveOut: true,
  bypassLimits: false,
};

export const FROM_BLOCK: AdmissionMode = { ...ALONE, bypassLimits: true };

/** The transactions of a package are tried one by one first. */
export const ALONE_IN_PACKAGE: AdmissionMode = { ...ALONE, allowCarveOut: false };

export const TOGETHER: AdmissionMode = {
  ...ALONE_IN_PACKAGE,
  allowSiblingEviction: false,
  packageFees: true,
};

export const TEST_TOGETHER: AdmissionMode = {
  ...TOGETHER,
  allowReplacement: false,
  packageFees: false,
};
