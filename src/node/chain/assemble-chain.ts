import { fromReversedHex } from '../../protocol/bytes/hex.ts';
import type { BlockHash } from '../../protocol/primitives/hashes.ts';
import type { CoinCache } from '../coins/coin-cache.ts';
import { noLog } from '../log/log.ts';
import { isAssumedValid } from './assume-valid.ts';
import type { BlockArchive } from './block-archive.ts';
import type { BlockTree } from './block-tree.ts';
import { Chain } from './chain.ts';
import { ChainEvents } from './chain-events.ts';
import type { ChainOptions, ChainOutside } from './chain-options.ts';
import { CommandQueue } from './command-queue.ts';
import { Flusher } from './flusher.ts';
import type { LedgerSet } from './ledger-set.ts';
import type { Pruner } from './pruner.ts';
import { TipMover } from './tip-mover.ts';
import type { WorkSlices } from './work-slices.ts';

/** What has been read from the disk, and is ready to be worked with. */
export interface LoadedParts {
  readonly tree: BlockTree;
  readonly archive: BlockArchive;
  readonly coins: CoinCache;
  readonly ledgers: LedgerSet;
  readonly slices: WorkSlices;
  readonly pruner: Pruner | undefined;
  /** The number of the last flush. */
  readonly generation: number;
}

const DAY = 24 * 60 * 60;

/** Puts a chain together. */
export function assembleChain(
  options: ChainOptions,
  { clock }: ChainOutside,
  loaded: LoadedParts,
): Chain {
  const { params, verifier, log = noLog, maxTipAgeSeconds = DAY } = options;
  const { tree } = loaded;
  const { minimumChainWork: ownMinimum, spacingSeconds } = params.consensus;
  const minimumChainWork = options.minimumChainWork ?? ownMinimum;
  const assumed = { tree, assumeValid: assumedHash(options), minimumChainWork, spacingSeconds };
  const shared = {
    ...loaded,
    clock,
    log,
    verifier,
    commands: new CommandQueue(options.onFatal),
    events: new ChainEvents(),
  };
  const mover: TipMover = new TipMover({
    ...shared,
    isAssumedValid: (node) => isAssumedValid(node, assumed),
    onChange: () => flusher.touch(),
    makeRoom: () => flusher.flushIfFull(),
  });
  const { pipeline } = mover;
  const flusher: Flusher = new Flusher({ ...shared, pipeline });
  const coinStore = options.stores.coins;
  return new Chain({
    ...shared,
    params,
    minimumChainWork,
    maxTipAgeSeconds,
    coinStore,
    mover,
    flusher,
  });
}

function assumedHash({ assumeValid, params }: ChainOptions): BlockHash | undefined {
  if (assumeValid !== undefined) return assumeValid ?? undefined;
  const own = params.consensus.assumeValid;
  return own === undefined ? undefined : (fromReversedHex(own) as BlockHash);
}
