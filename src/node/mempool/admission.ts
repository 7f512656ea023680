import { unixTime } from '../../outside/clock/clock.ts';
import { RuleError } from '../../protocol/consensus/rule-error.ts';
import type { Transaction } from '../../protocol/primitives/transaction.ts';
import { amountText } from '../../protocol/report/json-text.ts';
import { isHeard } from '../log/log.ts';
import { txNames } from '../log/tx-names.ts';
import {
  type AdmissionContext,
  type AdmissionMode,
  ALONE,
  FROM_BLOCK,
} from './admission-context.ts';
import { AdmissionError, rejectionOf } from './admission-error.ts';
import { type Candidate, checkBeforeCoins, judge } from './candidate.ts';
import type { RemovalReason } from './mempool-event.ts';
import type { AcceptOptions, AcceptResult } from './mempool-results.ts';
import { withOwnBytes } from './own-bytes.ts';
import { feeAt, feeRateOf, formatFeeRate } from './policy/fee-rate.ts';
import { checkReplacement } from './policy/replacement.ts';
import { coinsInMemory, type FoundCoins, loadUnknownCoins } from './pool-coins.ts';
import { PoolEntry } from './pool-entry.ts';
import { FEW_INPUTS, verifyCandidate, verifyInSlices } from './run-scripts.ts';

/** Who has to hear of changes to the pool. */
export interface PoolWitness {
  added(entry: PoolEntry): void;
  removed(entry: PoolEntry, reason: RemovalReason): void;
}

export interface Committed {
  readonly entry: PoolEntry;
  readonly replaced: readonly PoolEntry[];
}

/** After weeks of silence a whole pool may have expired; the rest leaves with what comes next. */
const MOST_EXPIRED_AT_ONCE = 500;

/** Lets transactions into the pool, one at a time: nobody else may change it while one is under way. */
export class Admission {
  readonly context: AdmissionContext;
  readonly #witness: PoolWitness;

  constructor(context: AdmissionContext, witness: PoolWitness) {
    this.context = context;
    this.#witness = witness;
  }

  /**
   * A transaction that comes alone. Where all of its coins are in memory and its scripts are few, as is
   * usual, the answer is there at once.
   */
  acceptAlone(tx: Transaction, options: AcceptOptions): AcceptResult | Promise<AcceptResult> {
    const mode = options.source === 'chain' ? FROM_BLOCK : ALONE;
    return this.acceptOne(tx, mode, options, (candidate) => {
      const { entry, replaced } = this.commit(candidate, mode);
      if (!mode.bypassLimits) {
        this.limit([entry]);
        if (this.context.graph.get(entry.txid) !== entry) {
          throw new AdmissionError('mempool full', 'reconsiderable');
        }
      }
      this.announce(entry);
      return { kind: 'accepted', entry, replaced };
    });
  }

  /** All checks of one transaction, and then what is to be done with it. */
  acceptOne(
    tx: Transaction,
    mode: AdmissionMode,
    options: AcceptOptions,
    finish: (candidate: Candidate) => AcceptResult,
  ): AcceptResult | Promise<AcceptResult> {
    const { context } = this;
    try {
      checkBeforeCoins(tx, context);
      const found = coinsInMemory(tx, context);
      if (found.unknown.length > 0 || tx.inputs.length > FEW_INPUTS) {
        return this.#acceptSlowly(tx, found, mode, options, finish);
      }
      const candidate = this.#judge(tx, found, mode, options);
      verifyCandidate(candidate, context);
      return this.#finish(candidate, options, finish);
    } catch (error) {
      return rejectedBy(error);
    }
  }

  async #acceptSlowly(
    tx: Transaction,
    found: FoundCoins,
    mode: AdmissionMode,
    options: AcceptOptions,
    finish: (candidate: Candidate) => AcceptResult,
  ): Promise<AcceptResult> {
    try {
      if (found.unknown.length > 0) await loadUnknownCoins(found, this.context);
      const candidate = this.#judge(tx, found, mode, options);
      await verifyInSlices(candidate, this.context);
      return this.#finish(candidate, options, finish);
    } catch (error) {
      return rejectedBy(error);
    }
  }

  #judge(
    tx: Transaction,
    found: FoundCoins,
    mode: AdmissionMode,
    { time }: AcceptOptions,
  ): Candidate {
    const candidate = judge(tx, found, mode, this.context, time);
    if (candidate.conflicts.size > 0) this.#checkReplacement(candidate);
    return candidate;
  }

  #finish(
    candidate: Candidate,
    { testOnly = false, maxFeeRate }: AcceptOptions,
    finish: (candidate: Candidate) => AcceptResult,
  ): AcceptResult {
    const { facts, vsize, conflicts } = candidate;
    if (maxFeeRate !== undefined && maxFeeRate > 0n && facts.fee > feeAt(maxFeeRate, vsize)) {
      throw new AdmissionError('max-fee-exceeded', 'mempool-policy');
    }
    if (!testOnly) return finish(candidate);
    const replaced = this.context.graph.descendantsOf(conflicts);
    return { kind: 'accepted', entry: new PoolEntry(facts), replaced };
  }

  #checkReplacement(candidate: Candidate): void {
    const { graph, options } = this.context;
    const direct = [...candidate.conflicts];
    checkReplacement({
      candidate,
      direct,
      all: () => graph.descendantsOf(direct),
      isInPool: (id) => graph.get(id) !== undefined,
      incrementalFeeRate: options.incrementalFeeRate,
      siblingEviction: candidate.siblingEviction,
    });
  }

  /** Puts a transaction into the pool, and out of it what it takes the place of. */
  commit({ txid, facts, conflicts }: Candidate, mode: AdmissionMode): Committed {
    const { graph, deltas } = this.context;
    // In a package, one before it may have put them out.
    const isStill = (entry: PoolEntry): boolean => graph.get(entry.txid) === entry;
    const replaced =
      conflicts.size === 0 ? [] : graph.descendantsOf([...conflicts].filter(isStill));
    for (const entry of replaced) this.#tellReplacement(entry, facts);
    this.remove(replaced, 'replaced');
    // Somebody may have prioritised it while its scripts were run.
    const feeDelta = deltas.size === 0 ? 0n : (deltas.get(txid) ?? 0n);
    const entry = new PoolEntry(facts, withOwnBytes(facts.tx), feeDelta);
    graph.add(entry, { orphans: mode.bypassLimits });
    return { entry, replaced };
  }

  #tellReplacement(old: PoolEntry, by: Candidate['facts']): void {
    const { log } = this.context;
    if (!isHeard(log, 'debug', 'mempool')) return;
    const [one, other] = [old, by].map(({ tx, fee, vsize }) =>
      txNames(tx, `fees=${amountText(fee)}`, `vsize=${vsize}`),
    );
    log('debug', 'mempool', `replacing mempool tx ${one}. New tx ${other}`);
  }

  /** Removes transactions, and says so. Those that depend on them stay. */
  remove(entries: readonly PoolEntry[], reason: RemovalReason): void {
    if (entries.length === 0) return;
    this.context.graph.remove(entries);
    for (const entry of entries) this.#witness.removed(entry, reason);
  }

  /** Removes transactions, and all that depends on them. */
  removeWithDescendants(entries: Iterable<PoolEntry>, reason: RemovalReason): void {
    this.remove(this.context.graph.descendantsOf(entries), reason);
  }

  /**
   * Lets go what is too old, and then what pays least, until there is room.
   *
   * @param unannounced Those of which nobody has heard yet: nobody need hear that they left.
   */
  limit(unannounced: readonly PoolEntry[] = []): void {
    const { graph, options, minimum, clock, log } = this.context;
    const isKnown = (entry: PoolEntry): boolean => !unannounced.includes(entry);
    const expired = unixTime(clock) - options.expirySeconds;
    for (let families = 0; families < MOST_EXPIRED_AT_ONCE; families++) {
      const { oldest } = graph;
      if (oldest === undefined || oldest.time >= expired) break;
      this.#drop(graph.descendantsOf([oldest]), 'expired', isKnown);
    }
    let removed = 0;
    let highest = 0n;
    while (graph.usageBytes > options.maxBytes) {
      const least = graph.leastWorth;
      if (least === undefined) break;
      const feeRate = feeRateOf(least.descendantFees, least.descendantVsize);
      minimum.raise(feeRate);
      const bumped = feeRate + options.incrementalFeeRate;
      if (bumped > highest) highest = bumped;
      removed += this.#drop(graph.descendantsOf([least]), 'size', isKnown);
    }
    if (removed === 0) return;
    const rate = formatFeeRate(highest);
    log('debug', 'mempool', `Removed ${removed} txn, rolling minimum fee bumped to ${rate}`);
  }

  #drop(
    entries: readonly PoolEntry[],
    reason: RemovalReason,
    isKnown: (entry: PoolEntry) => boolean,
  ): number {
    this.context.graph.remove(entries);
    for (const entry of entries) if (isKnown(entry)) this.#witness.removed(entry, reason);
    const count = entries.length;
    if (reason === 'expired') {
      this.context.log('debug', 'mempool', `Expired ${count} transactions from the memory pool`);
    }
    return count;
  }

  /** Tells of a transaction that has come to stay. */
  announce(entry: PoolEntry): void {
    this.#witness.added(entry);
  }
}

function rejectedBy(error: unknown): AcceptResult {
  if (error instanceof RuleError) return rejectionOf(error);
  throw error;
}
