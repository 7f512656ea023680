import { ByteMap } from '../../protocol/bytes/byte-map.ts';
import { coinKey } from '../../protocol/consensus/coin.ts';
import { RuleError } from '../../protocol/consensus/rule-error.ts';
import type { Transaction } from '../../protocol/primitives/transaction.ts';
import { txid, wtxid } from '../../protocol/primitives/transaction-id.ts';
import type { Admission } from './admission.ts';
import {
  type AdmissionMode,
  ALONE,
  ALONE_IN_PACKAGE,
  TEST_TOGETHER,
  TOGETHER,
} from './admission-context.ts';
import { AdmissionError, rejectionOf } from './admission-error.ts';
import { packageLimitProblem } from './ancestor-limits.ts';
import { type Candidate, checkBeforeCoins, checkFeesOf, judge } from './candidate.ts';
import type {
  Accepted,
  AcceptPackageOptions,
  AcceptResult,
  PackageResult,
  PackageTxResult,
} from './mempool-results.ts';
import { checkPackageForm, isChildWithParents, packageError } from './package-form.ts';
import { feeAt, feeRateOf } from './policy/fee-rate.ts';
import { checkPackageReplacement } from './policy/package-replacement.ts';
import { checkPackageTruc } from './policy/truc.ts';
import { coinsInMemory, loadUnknownCoins } from './pool-coins.ts';
import { PoolEntry } from './pool-entry.ts';
import { verifyInSlices } from './run-scripts.ts';

/** What became of those transactions that something became of, and of the package. */
interface Outcome {
  readonly error: RuleError | undefined;
  readonly results: ReadonlyMap<Transaction, PackageTxResult>;
}

/** Lets several transactions in that pay for each other: parents that pay too little, and their child. */
export class PackageAdmission {
  readonly #admission: Admission;

  constructor(admission: Admission) {
    this.#admission = admission;
  }

  async accept(
    transactions: readonly Transaction[],
    options: AcceptPackageOptions,
  ): Promise<PackageResult> {
    let outcome: Outcome;
    try {
      checkPackageForm(transactions);
      outcome = await (options.testOnly === true
        ? this.#test(transactions, options)
        : this.#submit(transactions, options));
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      outcome = { error, results: new Map() };
    }
    return packageResult(transactions, outcome);
  }

  /** `testmempoolaccept`: they may depend on each other in any way, and replace nothing. */
  async #test(
    transactions: readonly Transaction[],
    { maxFeeRate }: AcceptPackageOptions,
  ): Promise<Outcome> {
    const [only] = transactions;
    if (transactions.length !== 1 || only === undefined) {
      const outcome = await this.#together(transactions, TEST_TOGETHER, undefined);
      return maxFeeRate === undefined ? outcome : withMaxFee(outcome, maxFeeRate);
    }
    const single = { testOnly: true, ...(maxFeeRate === undefined ? {} : { maxFeeRate }) };
    const result = await this.#admission.acceptOne(only, ALONE, single, notToBeReached);
    return { error: undefined, results: new Map([[only, withRate(result)]]) };
  }

  /** `submitpackage`, and what peers send: a child, and those of its parents that wait for it. */
  async #submit(
    transactions: readonly Transaction[],
    { maxFeeRate }: AcceptPackageOptions,
  ): Promise<Outcome> {
    await this.#checkFamily(transactions);
    const { graph } = this.#admission.context;
    const results = new Map<Transaction, PackageTxResult>();
    const again: Transaction[] = [];
    let error: RuleError | undefined;
    for (const tx of transactions) {
      const same = graph.getByWtxid(wtxid(tx));
      const other = same ?? graph.get(txid(tx));
      if (other !== undefined) {
        results.set(tx, { kind: same ? 'in-pool' : 'different-witness', entry: other });
        continue;
      }
      const result = await this.#acceptSingle(tx, maxFeeRate);
      results.set(tx, withRate(result));
      if (result.kind === 'accepted') continue;
      const { reject } = result;
      const mayChange = reject === 'reconsiderable' || reject === 'missing-inputs';
      if (transactions.length > 1 && mayChange) again.push(tx);
      else error = packageError('transaction failed');
    }
    if (error === undefined && again.length > 0) {
      const together = await this.#tryAgain(again, maxFeeRate);
      for (const [tx, result] of together.results) results.set(tx, result);
      error = together.error;
    }
    return this.#afterwards(error, results);
  }

  /** Those that do not pay enough alone, or whose parents did not. */
  async #tryAgain(
    transactions: readonly Transaction[],
    maxFeeRate: bigint | undefined,
  ): Promise<Outcome> {
    const [only] = transactions;
    if (transactions.length > 1 || only === undefined) {
      return this.#together(transactions, TOGETHER, maxFeeRate);
    }
    const result = await this.#acceptSingle(only, maxFeeRate);
    const error = result.kind === 'accepted' ? undefined : packageError('transaction failed');
    return { error, results: new Map([[only, withRate(result)]]) };
  }

  #acceptSingle(
    tx: Transaction,
    maxFeeRate: bigint | undefined,
  ): AcceptResult | Promise<AcceptResult> {
    const admission = this.#admission;
    return admission.acceptOne(tx, ALONE_IN_PACKAGE, {}, (candidate) => {
      checkRate(candidate, maxFeeRate);
      const { entry, replaced } = admission.commit(candidate, ALONE_IN_PACKAGE);
      admission.announce(entry);
      return { kind: 'accepted', entry, replaced };
    });
  }

  /** All inputs of the child have to be confirmed, or come with it. */
  async #checkFamily(transactions: readonly Transaction[]): Promise<void> {
    const child = transactions.at(-1);
    if (transactions.length < 2 || child === undefined) return;
    if (!isChildWithParents(transactions)) throw packageError('package-not-child-with-parents');
    const parents = new ByteMap<Transaction>();
    for (const tx of transactions.slice(0, -1)) parents.set(txid(tx), tx);
    const others = child.inputs.filter(({ prevout }) => !parents.has(prevout.txid));
    if (others.length === 0) return;
    const keys = others.map(({ prevout }) => coinKey(prevout));
    const coins = await this.#admission.context.chain.coins(keys);
    if (coins.includes(undefined)) {
      throw packageError('package-not-child-with-unconfirmed-parents');
    }
  }

  /** All of them or none, judged by what they pay together. */
  async #together(
    transactions: readonly Transaction[],
    mode: AdmissionMode,
    maxFeeRate: bigint | undefined,
  ): Promise<Outcome> {
    const { context } = this.#admission;
    const results = new Map<Transaction, PackageTxResult>();
    let current = transactions.at(-1) as Transaction;
    try {
      const candidates: Candidate[] = [];
      const before = new ByteMap<Transaction>();
      for (const tx of transactions) {
        current = tx;
        const candidate = await this.#judge(tx, before, mode);
        checkRate(candidate, maxFeeRate);
        candidates.push(candidate);
        before.set(candidate.txid, tx);
      }
      const problem = this.#checkTogether(candidates);
      if (problem !== undefined) return { error: problem, results };
      if (mode.packageFees) checkFeesOf(totalOf(candidates), context);
      const limits = candidates.length > 1 ? this.#checkFamilies(candidates) : undefined;
      if (limits !== undefined) return { error: limits, results };
      for (const candidate of candidates) {
        current = candidate.tx;
        await verifyInSlices(candidate, context);
        // A test tells of those that were found good before one that is not.
        if (mode === TEST_TOGETHER) results.set(candidate.tx, testResult(candidate));
      }
      if (mode === TEST_TOGETHER) return { error: undefined, results };
      for (const [tx, result] of this.#commit(candidates, mode)) results.set(tx, result);
      return { error: undefined, results };
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      results.set(current, rejectionOf(error));
      return { error: packageError('transaction failed'), results };
    }
  }

  async #judge(
    tx: Transaction,
    before: ByteMap<Transaction>,
    mode: AdmissionMode,
  ): Promise<Candidate> {
    const { context } = this.#admission;
    checkBeforeCoins(tx, context);
    const found = coinsInMemory(tx, context, before);
    if (found.unknown.length > 0) await loadUnknownCoins(found, context);
    return judge(tx, found, mode, context);
  }

  /** Version 3 as a whole. */
  #checkTogether(candidates: readonly Candidate[]): RuleError | undefined {
    return problemOf(() => {
      for (const candidate of candidates) {
        checkPackageTruc(candidate, candidates, candidate.ancestors);
      }
    });
  }

  #checkFamilies(candidates: readonly Candidate[]): RuleError | undefined {
    const { graph, options } = this.#admission.context;
    const parents = new Set<PoolEntry>();
    for (const { tx } of candidates) {
      for (const { prevout } of tx.inputs) {
        const parent = graph.get(prevout.txid);
        if (parent !== undefined) parents.add(parent);
      }
    }
    const newcomers = { count: candidates.length, vsize: totalOf(candidates).vsize };
    const tooLong = packageLimitProblem(newcomers, parents, options);
    if (tooLong !== undefined) return packageError('package-mempool-limits', tooLong);
    const direct = [...new Set(candidates.flatMap(({ conflicts }) => [...conflicts]))];
    if (direct.length === 0) return undefined;
    return problemOf(() =>
      checkPackageReplacement({
        members: candidates.map((candidate) => ({
          txid: candidate.txid,
          modifiedFee: candidate.modifiedFee,
          vsize: candidate.vsize,
          poolAncestors: candidate.ancestors.length,
        })),
        isChildWithParents: isChildWithParents(candidates.map(({ tx }) => tx)),
        direct,
        all: () => graph.descendantsOf(direct),
        incrementalFeeRate: options.incrementalFeeRate,
      }),
    );
  }

  #commit(
    candidates: readonly Candidate[],
    mode: AdmissionMode,
  ): readonly (readonly [Transaction, PackageTxResult])[] {
    const admission = this.#admission;
    const committed = candidates.map((candidate) => admission.commit(candidate, mode));
    for (const { entry } of committed) admission.announce(entry);
    const entries = committed.map(({ entry }) => entry);
    const total = totalOf(candidates);
    return candidates.map(({ tx }, i) => {
      const { entry, replaced } = committed[i] as (typeof committed)[number];
      const result = { kind: 'accepted', entry, replaced } as const;
      if (!mode.packageFees) return [tx, withOwnRate(result)];
      const effectiveFeeRate = feeRateOf(total.modifiedFee, total.vsize);
      return [tx, { ...result, effectiveFeeRate, effectiveIncludes: entries }];
    });
  }

  /** Makes room, which may take away what has just come, or was there before. */
  #afterwards(error: RuleError | undefined, results: Map<Transaction, PackageTxResult>): Outcome {
    const admission = this.#admission;
    admission.limit();
    let final = error;
    for (const [tx, result] of results) {
      if (result.kind === 'rejected' || admission.context.graph.get(result.entry.txid)) continue;
      results.set(tx, rejectionOf(new AdmissionError('mempool full', 'mempool-policy')));
      final = packageError('transaction failed');
    }
    return { error: final, results };
  }
}

function notToBeReached(): never {
  throw new RangeError('a transaction that is only tested was about to be added');
}

function totalOf(candidates: readonly Candidate[]): { modifiedFee: bigint; vsize: number } {
  let modifiedFee = 0n;
  let vsize = 0;
  for (const candidate of candidates) {
    modifiedFee += candidate.modifiedFee;
    vsize += candidate.vsize;
  }
  return { modifiedFee, vsize };
}

/** The caller's own limit, which Bitcoin Core words differently here than for a single transaction. */
function checkRate({ modifiedFee, vsize }: Candidate, maxFeeRate: bigint | undefined): void {
  if (maxFeeRate === undefined || feeRateOf(modifiedFee, vsize) <= maxFeeRate) return;
  throw new AdmissionError('max feerate exceeded', 'mempool-policy');
}

function withRate(result: AcceptResult): PackageTxResult {
  return result.kind === 'accepted' ? withOwnRate(result) : result;
}

function testResult({ facts }: Candidate): PackageTxResult {
  return withOwnRate({ kind: 'accepted', entry: new PoolEntry(facts), replaced: [] });
}

function withOwnRate(result: Accepted): PackageTxResult {
  const { entry } = result;
  const effectiveFeeRate = feeRateOf(entry.modifiedFee, entry.vsize);
  return { ...result, effectiveFeeRate, effectiveIncludes: [entry] };
}

/** A test ends with the first transaction that pays too much. */
function withMaxFee({ error, results }: Outcome, maxFeeRate: bigint): Outcome {
  const limited = new Map<Transaction, PackageTxResult>();
  for (const [tx, result] of results) {
    const tooMuch =
      maxFeeRate > 0n &&
      result.kind === 'accepted' &&
      result.entry.fee > feeAt(maxFeeRate, result.entry.vsize);
    if (tooMuch) {
      limited.set(tx, rejectionOf(new AdmissionError('max-fee-exceeded', 'mempool-policy')));
      break;
    }
    limited.set(tx, result);
  }
  return { error, results: limited };
}

function problemOf(check: () => void): RuleError | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof RuleError) return error;
    throw error;
  }
}

function packageResult(
  transactions: readonly Transaction[],
  { error, results }: Outcome,
): PackageResult {
  const all = transactions.map(
    (tx) => results.get(tx) ?? rejectionOf(new AdmissionError('package-not-validated', 'unknown')),
  );
  const replaced = all.flatMap((result) => (result.kind === 'accepted' ? result.replaced : []));
  return error === undefined ? { results: all, replaced } : { error, results: all, replaced };
}
