import type { Clock } from '../../outside/clock/clock.ts';
import type { Entropy } from '../../outside/entropy/entropy.ts';
import { ByteMap } from '../../protocol/bytes/byte-map.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import { transactionCountLimits } from '../../protocol/consensus/block-context.ts';
import { type Coin, coinKey } from '../../protocol/consensus/coin.ts';
import { MAX_BLOCK_SIGOPS_COST } from '../../protocol/consensus/limits.ts';
import { isFinalTx } from '../../protocol/consensus/lock-time.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import type { Txid, Wtxid } from '../../protocol/primitives/hashes.ts';
import type { OutPoint, Transaction } from '../../protocol/primitives/transaction.ts';
import type { ChainReader } from '../chain/chain-reader.ts';
import { isHeard, type Log, noLog } from '../log/log.ts';
import type {
  CandidateTransaction,
  TransactionRequest,
  TransactionSource,
} from '../mining/transaction-source.ts';
import type { ScriptExecutionCache } from '../verify/script-execution-cache.ts';
import { Admission } from './admission.ts';
import { ChainFollower } from './follow-chain.ts';
import type { MempoolEntry } from './mempool-entry.ts';
import type { MempoolEvent, MempoolListener, RemovalReason } from './mempool-event.ts';
import { DEFAULT_MEMPOOL_OPTIONS, type MempoolOptions } from './mempool-options.ts';
import type {
  AcceptOptions,
  AcceptPackageOptions,
  AcceptResult,
  PackageResult,
} from './mempool-results.ts';
import { PackageAdmission } from './package-admission.ts';
import { unconfirmed } from './pool-coins.ts';
import type { PoolEntry } from './pool-entry.ts';
import { PoolGraph } from './pool-graph.ts';
import { PoolQueue } from './pool-queue.ts';
import { RollingMinimum } from './rolling-minimum.ts';
import { selectTransactions } from './select-transactions.ts';

export interface MempoolParts {
  readonly chain: Pick<ChainReader, 'tip' | 'coins' | 'coinInMemory' | 'on'>;
  readonly params: ChainParams;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** The one that the verifier of blocks asks, so that what is verified here is not verified again. */
  readonly scriptCache: ScriptExecutionCache;
  readonly log?: Log;
  readonly options?: Partial<MempoolOptions>;
}

/** What a template keeps free of signature checks for its coinbase. */
const COINBASE_SIGOP_COST = 400;
/** What a block has room for beside them. */
const COINBASE_WEIGHT = 4000;

/** What Core calls those reasons that have other names here. */
const CORE_REASONS: Partial<Record<RemovalReason, string>> = {
  expired: 'expiry',
  size: 'sizelimit',
};

/**
 * The transactions that wait for a block.
 *
 * Commands are carried out one after the other; whatever only reads can be called at any time. After a
 * reorganisation has begun, commands wait until it is over. So a listener of the chain must not wait
 * for one.
 *
 * @example
 * const mempool = new Mempool({ chain, params, clock, entropy, scriptCache });
 * mempool.start();
 * const result = await mempool.accept(tx, { source: 'rpc' });
 */
export class Mempool implements TransactionSource {
  readonly options: MempoolOptions;
  readonly #parts: MempoolParts;
  readonly #graph: PoolGraph;
  readonly #queue: PoolQueue;
  readonly #minimum: RollingMinimum;
  readonly #deltas: ByteMap<bigint>;
  readonly #admission: Admission;
  readonly #packages: PackageAdmission;
  readonly #follower: ChainFollower;
  readonly #listeners = new Set<MempoolListener>();
  #sequence = 1;
  #stop: (() => void) | undefined;

  constructor(parts: MempoolParts) {
    const { chain, params, clock, entropy, scriptCache, log = noLog } = parts;
    this.#parts = parts;
    this.options = { ...DEFAULT_MEMPOOL_OPTIONS, ...parts.options };
    const { options } = this;
    this.#graph = new PoolGraph(drawSeed(entropy));
    this.#deltas = new ByteMap(drawSeed(entropy));
    this.#queue = new PoolQueue(clock);
    this.#minimum = new RollingMinimum(clock, options);
    const sequence = (): number => this.#sequence;
    const [graph, minimum, deltas] = [this.#graph, this.#minimum, this.#deltas];
    this.#admission = new Admission(
      { graph, chain, params, clock, options, minimum, deltas, scriptCache, log, sequence },
      {
        added: (entry) => this.#added(entry),
        removed: (entry, reason) => this.#removed(entry, reason),
      },
    );
    this.#packages = new PackageAdmission(this.#admission);
    this.#follower = new ChainFollower(this.#admission, this.#queue, drawSeed(entropy));
  }

  /** Begins to follow the chain. */
  start(): void {
    if (this.#stop !== undefined) return;
    this.#follower.begin();
    this.#stop = this.#parts.chain.on((event) => this.#follower.onEvent(event));
  }

  /** Follows the chain no longer. */
  close(): void {
    this.#stop?.();
    this.#stop = undefined;
    // Nobody shall wait for a repair that does not come any more.
    this.#queue.release();
  }

  /**
   * Takes a transaction in, or says why not.
   *
   * @example
   * const result = await mempool.accept(tx, { source: 'peer' });
   * if (result.kind === 'rejected') result.error.code // 'bad-txns-inputs-missingorspent'
   */
  accept(tx: Transaction, options: AcceptOptions = {}): Promise<AcceptResult> {
    return this.#queue.run(() => this.#admission.acceptAlone(tx, options));
  }

  /**
   * Takes in a child together with those of its parents that wait for it; parents come first. Each is
   * tried alone before, so that a child's fee is used only where it is needed.
   *
   * @example
   * const { results } = await mempool.acceptPackage([parent, child]);
   */
  acceptPackage(
    transactions: readonly Transaction[],
    options: AcceptPackageOptions = {},
  ): Promise<PackageResult> {
    return this.#queue.run(() => this.#packages.accept(transactions, options));
  }

  /**
   * Empties the pool, as if nobody had ever sent or prioritised anything. After a reorganisation, that is
   * done once the pool has been repaired.
   */
  clear(): Promise<void> {
    return this.#queue.run(() => {
      this.#admission.remove([...this.#graph.entries()], 'cleared');
      this.#deltas.clear();
      this.#minimum.reset();
    });
  }

  /** Takes transactions out of the pool, and all that depends on them, as if nobody had sent them. */
  remove(ids: readonly Txid[]): Promise<void> {
    return this.#queue.run(() => {
      const entries = ids.flatMap((id) => this.#graph.get(id) ?? []);
      this.#admission.removeWithDescendants(entries, 'cleared');
    });
  }

  get size(): number {
    return this.#graph.size;
  }

  get totalVsize(): number {
    return this.#graph.totalVsize;
  }

  get totalFees(): bigint {
    return this.#graph.totalFees;
  }

  /** The memory that it takes, about. */
  get usageBytes(): number {
    return this.#graph.usageBytes;
  }

  /** The number that the next event will have. Those that blocks cause share one. */
  get sequence(): number {
    return this.#sequence;
  }

  get(txid: Txid): MempoolEntry | undefined {
    return this.#graph.get(txid);
  }

  getByWtxid(wtxid: Wtxid): MempoolEntry | undefined {
    return this.#graph.getByWtxid(wtxid);
  }

  /** The transaction in the pool that spends an output, be that in the pool or confirmed. */
  spender(outPoint: OutPoint): MempoolEntry | undefined {
    return this.#graph.spender(coinKey(outPoint));
  }

  /** Those in the pool that spend something that this transaction spends too: it would replace them. */
  conflicts(tx: Transaction): readonly MempoolEntry[] {
    const found = new Set<MempoolEntry>();
    for (const { prevout } of tx.inputs) {
      const other = this.spender(prevout);
      if (other !== undefined && other.tx !== tx) found.add(other);
    }
    return [...found];
  }

  /** All of them, in no order. What comes or goes meanwhile may be among them or not. */
  entries(): Iterable<MempoolEntry> {
    return this.#graph.entries();
  }

  /** All that a transaction depends on, without itself. */
  ancestors(entry: MempoolEntry): readonly MempoolEntry[] {
    return this.#graph.ancestors(entry as PoolEntry);
  }

  /** All that depends on a transaction, without itself. */
  descendants(entry: MempoolEntry): readonly MempoolEntry[] {
    return this.#graph.descendants(entry as PoolEntry);
  }

  /** The rate below which nothing is taken for want of room: satoshis for 1,000 virtual bytes. */
  minFeeRate(): bigint {
    return this.#minimum.rate(this.usageBytes);
  }

  /** Lets a transaction count as paying more, or less; also one that is not here yet. */
  prioritise(txid: Txid, delta: bigint): void {
    const sum = (this.#deltas.get(txid) ?? 0n) + delta;
    if (sum === 0n) this.#deltas.delete(txid);
    else this.#deltas.set(txid.slice(), sum);
    const entry = this.#graph.get(txid);
    if (entry !== undefined) this.#graph.changeFee(entry, delta);
  }

  /** What transactions count as paying beyond their fee, as far as somebody has prioritised them. */
  *deltas(): Iterable<readonly [Txid, bigint]> {
    for (const [txid, delta] of this.#deltas) yield [txid as Txid, delta];
  }

  /**
   * The coin at an outpoint, made by a transaction of the pool or of the chain. In the pool it may be
   * spent already: see {@link spender}.
   */
  async coin(outPoint: OutPoint): Promise<Coin | undefined> {
    const maker = this.#graph.get(outPoint.txid);
    if (maker !== undefined) return unconfirmed(maker.tx, outPoint);
    const [coin] = await this.#parts.chain.coins([coinKey(outPoint)]);
    return coin;
  }

  /** Tells a listener of all that happens from now on; what it gives back ends that. */
  on(listener: MempoolListener): () => void {
    const own: MempoolListener = (event) => listener(event);
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  transactionsFor(request: TransactionRequest): Promise<readonly CandidateTransaction[]> {
    return this.#queue.run(() => this.#select(request));
  }

  #select(request: TransactionRequest): readonly CandidateTransaction[] {
    const { height, lockTimeCutoff } = request;
    const wished = Math.max(0, this.options.blockMaxWeight - COINBASE_WEIGHT);
    const { max } = transactionCountLimits(height, this.#parts.params.consensus);
    return selectTransactions(this.#graph, {
      maxWeight: Math.min(request.maxWeight, wished),
      maxSigopCost: MAX_BLOCK_SIGOPS_COST - COINBASE_SIGOP_COST,
      maxCount: max - 1,
      minFeeRate: this.options.blockMinFeeRate,
      isFinal: ({ tx }) => isFinalTx(tx, height, lockTimeCutoff),
    });
  }

  #added(entry: PoolEntry): void {
    this.#tell('TransactionAddedToMempool', entry);
    this.#emit({ kind: 'added', entry, sequence: this.#sequence++ });
  }

  #removed(entry: PoolEntry, reason: RemovalReason): void {
    // As in Bitcoin Core: what leaves with a block is told of with the block.
    const sequence = reason === 'block' ? this.#sequence : this.#sequence++;
    this.#tell('TransactionRemovedFromMempool', entry, ` reason=${CORE_REASONS[reason] ?? reason}`);
    this.#emit({ kind: 'removed', entry, reason, sequence });
  }

  #tell(what: string, entry: PoolEntry, more = ''): void {
    const { log = noLog } = this.#parts;
    if (!isHeard(log, 'debug', 'validation')) return;
    const [id, witnessId] = [entry.txid, entry.wtxid].map(toReversedHex);
    log('debug', 'validation', `${what}: txid=${id} wtxid=${witnessId}${more}`);
  }

  #emit(event: MempoolEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function drawSeed(entropy: Entropy): number {
  const [a = 0, b = 0, c = 0, d = 0] = entropy.bytes(4);
  return a | (b << 8) | (c << 16) | (d << 24);
}
