import type { Clock } from '../../outside/clock/clock.ts';
import type { Entropy } from '../../outside/entropy/entropy.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import type { BlockHash } from '../../protocol/primitives/hashes.ts';
import type { Log } from '../log/log.ts';
import type { BlockFiles, KnownFrames } from '../storage/block-files.ts';
import type { KeyValueStore } from '../storage/key-value-store.ts';
import type { ScriptVerifier } from '../verify/script-verifier.ts';
import type { ConsensusLedger } from './ledger.ts';
import type { CheckLevel } from './verify-chain.ts';

/** Where a chain is kept, and how it is to be treated. */
export interface ChainOptions {
  readonly params: ChainParams;
  readonly stores: { readonly index: KeyValueStore; readonly coins: KeyValueStore };
  /** Opens the files of blocks, given how far each of them is known. The chain closes them. */
  readonly openFiles: (known: readonly KnownFrames[]) => Promise<BlockFiles>;
  readonly verifier: ScriptVerifier;
  /** What blocks have to pass beside the coins. */
  readonly ledgers?: readonly ConsensusLedger[];
  /** The memory that coins may take. */
  readonly dbcacheBytes?: number;
  /** The block up to which scripts are taken as valid; null for none. The chain's own by default. */
  readonly assumeValid?: BlockHash | null;
  /** A chain with less work is taken for no real one. The chain's own by default. */
  readonly minimumChainWork?: bigint;
  /** How old the tip of a chain may be that has caught up: a day by default. */
  readonly maxTipAgeSeconds?: number;
  /** How many blocks are checked again at the start, and how thoroughly: 6 and 3 by default. */
  readonly checkBlocks?: number;
  readonly checkLevel?: CheckLevel;
  /** Whether old blocks may be removed, and how many bytes their files may take up; all by default. */
  readonly prune?: PruneOptions | undefined;
  readonly log?: Log;
  /** Hears of what makes it impossible to go on, once. */
  readonly onFatal?: (error: unknown) => void;
  /** Hears how far the start is. */
  readonly onProgress?: (progress: StartProgress) => void;
  /** Ends a start that takes long; what has been done is kept. */
  readonly signal?: AbortSignal;
}

export interface PruneOptions {
  /** Without it, blocks are removed only when somebody asks. */
  readonly targetBytes?: number | undefined;
}

/**
 * What a chain does before it can be used.
 *
 * - `reading`: it reads so many bytes of block files, to build the index anew
 * - `checking`: it looks at the last blocks once more
 * - `connecting`: it connects blocks that were stored, up to this height
 */
export interface StartProgress {
  readonly kind: 'reading' | 'checking' | 'connecting';
  readonly done: number;
  readonly total: number;
}

export interface ChainOutside {
  readonly clock: Clock;
  readonly entropy: Entropy;
}
