/**
 * BIP9: soft forks that miners announce by bits in the version of their blocks. Each goes from
 * state to state at the borders of windows of blocks, so that all blocks of a window agree; later
 * BIP341's activation added a height before which none becomes active.
 *
 * What Bitcoin Core learned from its own forks is in the parameters: those long past are "buried",
 * plain heights, and are not counted again.
 */
import {
  ALWAYS_ACTIVE,
  type DeploymentName,
  NEVER_ACTIVE,
  type VersionBitsDeployment,
  type VersionBitsParams,
} from '../params/chain-params.ts';
import type { BlockHash } from '../primitives/hashes.ts';

/** The three highest bits of a version that announces soft forks by the others. */
const VERSION_BITS_TOP_MASK = 0xe0000000;
const VERSION_BITS_TOP_BITS = 0x20000000;

/**
 * - `defined`: known to the software, and not begun.
 * - `started`: miners are asked.
 * - `locked_in`: enough have agreed; it begins with the next window, or at the least height.
 * - `active`: a rule, for ever.
 * - `failed`: its time ran out, for ever.
 */
export type DeploymentState = 'defined' | 'started' | 'locked_in' | 'active' | 'failed';

/** The ancestors of a block, by height, as far as soft forks depend on them. */
export interface VersionBitsAncestors {
  readonly blockHashAt: (height: number) => BlockHash;
  readonly medianTimePastAt: (height: number) => number;
  readonly versionAt: (height: number) => number;
}

/**
 * What is known of one deployment, by the hash of the last block before a window. A
 * `ByteMap<DeploymentState>` is one. Without it, every question counts from the first block on.
 */
export interface DeploymentCache {
  get(lastBlock: BlockHash): DeploymentState | undefined;
  set(lastBlock: BlockHash, state: DeploymentState): unknown;
}

/** A deployment on a chain. */
export interface DeploymentQuery {
  readonly deployment: VersionBitsDeployment;
  readonly params: Pick<VersionBitsParams, 'window' | 'threshold'>;
  readonly ancestors: VersionBitsAncestors;
  readonly cache: DeploymentCache;
}

/**
 * The state that a deployment has in a block of this height: the next block's for one more than the
 * tip's.
 *
 * @example
 * deploymentState(tip.height + 1, { deployment: params.deployments.taproot, params, ancestors, cache })
 */
export function deploymentState(height: number, query: DeploymentQuery): DeploymentState {
  const { deployment, params, ancestors, cache } = query;
  if (deployment.startTime === ALWAYS_ACTIVE) return 'active';
  if (deployment.startTime === NEVER_ACTIVE) return 'failed';
  const unknown: number[] = [];
  let state: DeploymentState = 'defined';
  for (let start = windowStart(height, params); start > 0; start -= params.window) {
    const known = cache.get(ancestors.blockHashAt(start - 1));
    if (known !== undefined) {
      state = known;
      break;
    }
    // The median time past never goes back, so that all before is `defined` as well.
    if (ancestors.medianTimePastAt(start - 1) < deployment.startTime) {
      cache.set(ancestors.blockHashAt(start - 1), 'defined');
      break;
    }
    unknown.push(start);
  }
  for (const start of unknown.reverse()) {
    state = nextState(state, start, query);
    cache.set(ancestors.blockHashAt(start - 1), state);
  }
  return state;
}

/** The height of the first block that has the state which a block of this height has. */
export function deploymentStateSince(height: number, query: DeploymentQuery): number {
  const { deployment, params } = query;
  if (deployment.startTime === ALWAYS_ACTIVE || deployment.startTime === NEVER_ACTIVE) return 0;
  const state = deploymentState(height, query);
  if (state === 'defined') return 0;
  let start = windowStart(height, params);
  while (start > 0 && deploymentState(start - params.window, query) === state) {
    start -= params.window;
  }
  return start;
}

/** How the blocks of a window have signalled so far. */
export interface DeploymentStatistics {
  readonly period: number;
  readonly threshold: number;
  /** Blocks of the window that there are. */
  readonly elapsed: number;
  /** Blocks of them that signal. */
  readonly count: number;
  /** Whether the threshold can still be reached in this window. */
  readonly possible: boolean;
  /** Of each of the blocks, from the window's first on, whether it signals. */
  readonly signalling: readonly boolean[];
}

/** Counts the window of the block at `height`, up to that block. */
export function deploymentStatistics(
  height: number,
  { deployment, params, ancestors }: Omit<DeploymentQuery, 'cache'>,
): DeploymentStatistics {
  const { window: period, threshold } = params;
  const signalling: boolean[] = [];
  for (let h = windowStart(height, params); h <= height; h++) {
    signalling.push(signals(ancestors.versionAt(h), deployment.bit));
  }
  const elapsed = signalling.length;
  const count = signalling.filter(Boolean).length;
  const possible = period - threshold >= elapsed - count;
  return { period, threshold, elapsed, count, possible, signalling };
}

/**
 * The version for a new block of this height: the bits of all that has started and is not yet
 * active. Signalling goes on once locked in, to show how many are ready.
 *
 * @example
 * computeBlockVersion(1, regtest.consensus.versionBits, ancestors, caches) // 0x20000000 or more
 */
export function computeBlockVersion(
  height: number,
  params: VersionBitsParams,
  ancestors: VersionBitsAncestors,
  caches: Readonly<Record<DeploymentName, DeploymentCache>>,
): number {
  let version = VERSION_BITS_TOP_BITS;
  for (const name of Object.keys(params.deployments) as DeploymentName[]) {
    const deployment = params.deployments[name];
    const state = deploymentState(height, { deployment, params, ancestors, cache: caches[name] });
    if (state === 'started' || state === 'locked_in') version |= 1 << deployment.bit;
  }
  return version;
}

/** Whether a block of this version signals by this bit. */
export function signals(version: number, bit: number): boolean {
  return (
    (version & VERSION_BITS_TOP_MASK) >>> 0 === VERSION_BITS_TOP_BITS &&
    (version & (1 << bit)) !== 0
  );
}

function windowStart(height: number, { window }: Pick<VersionBitsParams, 'window'>): number {
  return height - (height % window);
}

/** The state of the window that begins at `start`, from that of the window before. */
function nextState(
  state: DeploymentState,
  start: number,
  { deployment, params, ancestors }: DeploymentQuery,
): DeploymentState {
  const time = ancestors.medianTimePastAt(start - 1);
  switch (state) {
    case 'defined':
      return time >= deployment.startTime ? 'started' : 'defined';
    case 'started':
      // Enough blocks win over a time that has run out in the same window.
      if (countSignals(start - params.window, start, ancestors, deployment) >= params.threshold) {
        return 'locked_in';
      }
      return time >= deployment.timeout ? 'failed' : 'started';
    case 'locked_in':
      return start >= deployment.minActivationHeight ? 'active' : 'locked_in';
    case 'active':
    case 'failed':
      return state;
  }
}

function countSignals(
  from: number,
  to: number,
  ancestors: VersionBitsAncestors,
  { bit }: VersionBitsDeployment,
): number {
  let count = 0;
  for (let height = from; height < to; height++) {
    if (signals(ancestors.versionAt(height), bit)) count++;
  }
  return count;
}
