/** The composition root of a node: reads from top to bottom, and wires everything together. */
import type { Clock } from '../outside/clock/clock.ts';
import { joinPath } from '../outside/disk/disk-path.ts';
import type { Network } from '../outside/network/network.ts';
import { MAX_FUTURE_BLOCK_TIME } from '../protocol/consensus/limits.ts';
import type { BlockHash } from '../protocol/primitives/hashes.ts';
import type { Transaction } from '../protocol/primitives/transaction.ts';
import type { Chain } from './chain/chain.ts';
import { ChainError } from './chain/chain-error.ts';
import type { StartProgress } from './chain/chain-options.ts';
import { FeeKeeper } from './fee-keeper.ts';
import { Indexes } from './index/indexes.ts';
import { type Log, noLog } from './log/log.ts';
import { logChain } from './log-chain.ts';
import type { FeeEstimator } from './mempool/fees/fee-estimator.ts';
import { Mempool } from './mempool/mempool.ts';
import { MempoolKeeper } from './mempool-keeper.ts';
import { BlockGenerator } from './mining/block-generator.ts';
import { InProcessSearch, type NonceSearch } from './mining/nonce-search.ts';
import type { NodeOptions } from './node-options.ts';
import { type OpenChainOutside, type OpenedChain, openChain } from './open-chain.ts';
import { type OpenedNetwork, openNetwork } from './open-network.ts';
import type { PeerNetwork } from './p2p/peer-network.ts';
import type { BroadcastResult } from './p2p/relay/relay-parts.ts';
import { MemoryStores } from './storage/memory-stores.ts';
import { ScriptExecutionCache } from './verify/script-execution-cache.ts';

export interface NodeOutside extends OpenChainOutside {
  readonly clock: Clock;
  readonly network: Network;
}

interface NodeParts {
  readonly opened: OpenedChain;
  readonly mempool: Mempool;
  readonly keeper: MempoolKeeper | undefined;
  readonly indexes: Indexes;
  readonly network: OpenedNetwork;
  readonly fees: FeeKeeper;
  readonly search: NonceSearch;
  readonly generator: BlockGenerator;
}

/** What the steps of a chain's start are called in Bitcoin Core. */
const START_PHASES: Readonly<Record<StartProgress['kind'], string>> = {
  reading: 'Reindexing blocks…',
  checking: 'Verifying blocks…',
  connecting: 'Replaying blocks…',
};

/**
 * A full node: a chain, a mempool, indexes, and peers.
 *
 * @example
 * const node = await Node.open({ params: regtest, network: { listen: [{ host: '::', port: 0 }] } }, outside);
 * await node.connect();
 * await node.generate(101, scriptPubKey);
 * await node.stop();
 */
export class Node {
  readonly #parts: NodeParts;
  #stopping: Promise<void> | undefined;

  private constructor(parts: NodeParts) {
    this.#parts = parts;
  }

  /** A node that has read what it has on the disk, and has no connections yet. */
  static async open(options: NodeOptions, outside: NodeOutside): Promise<Node> {
    const { params, dataFolder, log = noLog, onFatal = () => {}, onPhase = () => {} } = options;
    const { clock, entropy } = outside;
    const fail = failure(log, onFatal);
    const bytes = options.scriptCacheBytes;
    const scriptCache = new ScriptExecutionCache(
      entropy.bytes(16),
      bytes === undefined ? {} : { bytes },
    );
    onPhase('Loading block index…');
    const opened = await openChain(
      {
        ...options.chain,
        ...{ params, scriptCache, log, onFatal: fail },
        onProgress: (progress) => {
          onPhase(START_PHASES[progress.kind]);
          options.chain?.onProgress?.(progress);
        },
        ...(dataFolder !== undefined && { dataFolder }),
      },
      outside,
    );
    try {
      const { chain, folder } = opened;
      if (options.chain?.reindex === 'blocks') log('note', 'chain', 'Reindexing finished');
      refuseFuture(chain, clock.now());
      logChain(chain, log);
      const mempool = new Mempool({
        ...{ chain, params, clock, entropy, scriptCache, log },
        ...(options.mempool && { options: options.mempool }),
      });
      mempool.start();
      const indexes = await openIndexes(options, chain, folder, outside, fail);
      onPhase('Loading P2P addresses…');
      const network = await openNetwork({
        ...{ chain, mempool, indexes, outside, folder, log },
        options: options.network ?? {},
        onFatal: fail,
      });
      const fees = new FeeKeeper({ chain, pool: mempool, folder, log, ...outside });
      await fees.start();
      const keeper =
        folder === undefined
          ? undefined
          : new MempoolKeeper({
              ...{ mempool, relay: network.relay, folder, log, ...outside },
              isKept: options.persistMempool ?? true,
            });
      // Much may have been in it: that is for whoever waits for it, and nobody else.
      keeper?.load().catch(fail);
      const { search = new InProcessSearch(clock) } = options;
      const version = options.blockVersion;
      const generator = new BlockGenerator({ chain, clock, search, source: mempool, version });
      return new Node({
        opened,
        mempool,
        keeper,
        indexes,
        network,
        fees,
        search,
        generator,
      });
    } catch (error) {
      await opened.close().catch(() => {});
      throw error;
    }
  }

  get chain(): Chain {
    return this.#parts.opened.chain;
  }

  get mempool(): Mempool {
    return this.#parts.mempool;
  }

  get indexes(): Indexes {
    return this.#parts.indexes;
  }

  /** Writes the mempool down when somebody asks; undefined for a node in memory. */
  get mempoolKeeper(): MempoolKeeper | undefined {
    return this.#parts.keeper;
  }

  /** About how many bytes the chain takes up on the disk, or in memory if it is there. */
  sizeOnDisk(): ReturnType<OpenedChain['sizeOnDisk']> {
    return this.#parts.opened.sizeOnDisk();
  }

  /** What a transaction should pay. */
  get fees(): FeeEstimator {
    return this.#parts.fees.estimator;
  }

  get peers(): PeerNetwork {
    return this.#parts.network.peers;
  }

  get network(): OpenedNetwork {
    return this.#parts.network;
  }

  /** Finds the nonces of blocks that are made here. */
  get search(): NonceSearch {
    return this.#parts.search;
  }

  /** The version of blocks that are made here, where the rules do not say it: `-blockversion`. */
  get blockVersion(): number | undefined {
    return this.#parts.generator.version;
  }

  /** Puts blocks together, of what is in the mempool. */
  get generator(): BlockGenerator {
    return this.#parts.generator;
  }

  /** Listens, and finds peers. */
  connect(): Promise<void> {
    return this.#parts.network.start();
  }

  /** Takes a transaction, and tells everybody of it, until somebody has asked for it. */
  broadcast(tx: Transaction): Promise<BroadcastResult> {
    return this.#parts.network.relay.broadcast(tx);
  }

  /** Mines so many blocks of what is in the mempool, for regression tests. */
  generate(count: number, scriptPubKey: Uint8Array): Promise<readonly BlockHash[]> {
    return this.#parts.generator.generate(count, scriptPubKey);
  }

  /** Ends all connections, writes everything, and lets go of the data folder. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const { network, keeper, fees, mempool, indexes, opened } = this.#parts;
    try {
      await network.stop();
      await Promise.all([keeper?.stop(), fees.stop()]);
      mempool.close();
      await indexes.close();
    } finally {
      await opened.close();
    }
  }
}

/** Tells of the first thing that makes it impossible to go on: what follows from it is noise. */
function failure(log: Log, onFatal: (error: unknown) => void): (error: unknown) => void {
  let hasFailed = false;
  return (error) => {
    if (hasFailed) return;
    hasFailed = true;
    log('error', 'node', `cannot go on: ${error instanceof Error ? error.message : String(error)}`);
    onFatal(error);
  };
}

function openIndexes(
  { params, indexes: names = [] }: NodeOptions,
  chain: Chain,
  folder: string | undefined,
  outside: NodeOutside,
  onFatal: (error: unknown) => void,
): Promise<Indexes> {
  const { clock, entropy } = outside;
  return Indexes.open({
    ...{ chain, names, clock, entropy },
    onFailure: onFatal,
    params: params.consensus,
    folder: joinPath(folder ?? '/', 'indexes'),
    openStore: folder === undefined ? new MemoryStores().open : outside.openStore,
  });
}

/** A clock that is wrong would have the node refuse what everybody else builds on. */
function refuseFuture({ tip }: Chain, now: number): void {
  if (tip.time <= now / 1000 + MAX_FUTURE_BLOCK_TIME) return;
  throw new ChainError(
    'from-future',
    "The block database contains a block which appears to be from the future. This may be due to your computer's date and time being set incorrectly. Only rebuild the block database if you are sure that your computer's date and time are correct.\nPlease restart with -reindex or -reindex-chainstate to recover.",
  );
}
