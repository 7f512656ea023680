/** A transaction that wants to get in, and all checks of it but replacement and scripts. */
import { unixTime } from '../../outside/clock/clock.ts';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { checkTransactionSanity } from '../../protocol/consensus/check-transaction.ts';
import { checkTransactionInputs } from '../../protocol/consensus/check-transaction-inputs.ts';
import { type Coin, coinKey } from '../../protocol/consensus/coin.ts';
import {
  calculateSequenceLocks,
  checkSequenceLocks,
  isFinalTx,
  type SequenceLocks,
} from '../../protocol/consensus/lock-time.ts';
import type { Txid, Wtxid } from '../../protocol/primitives/hashes.ts';
import {
  hasWitness,
  isCoinbase,
  type Transaction,
  type TxOut,
  txWeight,
} from '../../protocol/primitives/transaction.ts';
import { txid, wtxid } from '../../protocol/primitives/transaction-id.ts';
import { STANDARD_SCRIPT_FLAGS } from '../../protocol/script/flags.ts';
import { transactionSigopCost } from '../../protocol/script/sigops.ts';
import type { BlockNode } from '../chain/block-node.ts';
import type { AdmissionContext, AdmissionMode } from './admission-context.ts';
import { AdmissionError } from './admission-error.ts';
import { findAncestorsOfOne } from './ancestor-limits.ts';
import { entryUsage } from './memory-usage.ts';
import { checkFeeFloor, checkOwnRelayFee } from './policy/fee-floor.ts';
import { TRUC_VERSION } from './policy/limits.ts';
import { checkSpendsNoConflict } from './policy/replacement.ts';
import { checkSigopLimit } from './policy/sigop-limit.ts';
import { checkInputsStandard } from './policy/standard-inputs.ts';
import { checkMinimumTxSize, checkStandardTx } from './policy/standard-tx.ts';
import { checkWitnessStandard } from './policy/standard-witness.ts';
import { checkSingleTruc } from './policy/truc.ts';
import { virtualSize } from './policy/virtual-size.ts';
import { type FoundCoins, MEMPOOL_HEIGHT, missingOutPoints, outputsOf } from './pool-coins.ts';
import type { EntryFacts, PoolEntry } from './pool-entry.ts';
import { signalsReplacement } from './signals-replacement.ts';

/** The child that may go beyond the limits is this large at most. */
const CARVE_OUT_VSIZE = 10_000;

export interface Candidate {
  readonly tx: Transaction;
  readonly txid: Txid;
  readonly wtxid: Wtxid;
  readonly facts: EntryFacts;
  readonly modifiedFee: bigint;
  readonly vsize: number;
  readonly spentOutputs: readonly TxOut[];
  /** All that it depends on in the pool. */
  readonly ancestors: readonly PoolEntry[];
  /** Those in the pool that it would put out, without their descendants. */
  readonly conflicts: ReadonlySet<PoolEntry>;
  /** Whether one of them spends nothing of its own, but takes up the one place for a child. */
  readonly siblingEviction: boolean;
}

/** The checks that need no coins. */
export function checkBeforeCoins(tx: Transaction, context: AdmissionContext): void {
  const { graph, chain, options } = context;
  checkTransactionSanity(tx);
  if (isCoinbase(tx)) throw new AdmissionError('coinbase', 'consensus');
  if (options.requireStandard) checkStandardTx(tx, options);
  checkMinimumTxSize(tx);
  const { tip } = chain;
  if (!isFinalTx(tx, tip.height + 1, tip.medianTimePast)) {
    throw new AdmissionError('non-final', 'premature-spend');
  }
  if (graph.getByWtxid(wtxid(tx)) !== undefined) {
    throw new AdmissionError('txn-already-in-mempool', 'conflict');
  }
  if (graph.get(txid(tx)) !== undefined) {
    throw new AdmissionError('txn-same-nonwitness-data-in-mempool', 'conflict');
  }
}

/** The checks that its coins make possible, up to those that need the whole package. */
export function judge(
  tx: Transaction,
  found: FoundCoins,
  mode: AdmissionMode,
  context: AdmissionContext,
  time?: number,
): Candidate {
  const { options, chain } = context;
  const conflicts = findConflicts(found, mode, context);
  const coins = knownCoins(tx, found, context);
  const locks = checkLocks(tx, coins, chain.tip);
  const fee = checkTransactionInputs(tx, coins, chain.tip.height + 1, context.params.consensus);
  const spentOutputs = outputsOf(coins);
  if (options.requireStandard) {
    checkInputsStandard(tx, spentOutputs);
    if (hasWitness(tx)) checkWitnessStandard(tx, spentOutputs);
  }
  const facts = factsOf(tx, { found, coins, spentOutputs, fee, locks, mode, time }, context);
  checkSigopLimit(facts.sigopCost);
  const { vsize } = facts;
  const modifiedFee = fee + facts.feeDelta;
  if (!mode.bypassLimits) checkFees({ modifiedFee, vsize, version: tx.version }, mode, context);
  const ancestors = checkFamily(tx, vsize, found.parents, conflicts, mode, context);
  const [id, witnessId] = [txid(tx), wtxid(tx)];
  const named = { tx, txid: id, wtxid: witnessId, vsize };
  const evicted = checkTruc(named, ancestors, conflicts, mode);
  const siblingEviction = evicted !== undefined;
  const direct = siblingEviction ? new Set([...conflicts, evicted]) : conflicts;
  if (direct.size > 0) checkSpendsNoConflict(id, ancestors, isAmong(direct));
  return {
    tx,
    txid: id,
    wtxid: witnessId,
    facts,
    modifiedFee,
    vsize,
    spentOutputs,
    ancestors,
    conflicts: direct,
    siblingEviction,
  };
}

const NO_CONFLICTS: ReadonlySet<PoolEntry> = new Set();

function findConflicts(
  { keys }: FoundCoins,
  mode: AdmissionMode,
  { graph, options }: AdmissionContext,
): ReadonlySet<PoolEntry> {
  let conflicts: Set<PoolEntry> | undefined;
  for (const key of keys) {
    const other = graph.spender(key);
    if (other === undefined) continue;
    if (!mode.allowReplacement) {
      throw new AdmissionError('bip125-replacement-disallowed', 'mempool-policy');
    }
    if (!options.fullRbf && !signalsReplacement(other.tx)) {
      throw new AdmissionError('txn-mempool-conflict', 'mempool-policy');
    }
    conflicts ??= new Set();
    conflicts.add(other);
  }
  return conflicts ?? NO_CONFLICTS;
}

function knownCoins(
  tx: Transaction,
  { coins }: FoundCoins,
  { chain }: AdmissionContext,
): readonly Coin[] {
  if (isComplete(coins)) return coins;
  // Perhaps a block has it, and its inputs are spent by itself.
  const id = txid(tx);
  for (let vout = 0; vout < tx.outputs.length; vout++) {
    if (chain.coinInMemory(coinKey({ txid: id, vout })) !== undefined) {
      throw new AdmissionError('txn-already-known', 'conflict');
    }
  }
  const missing = missingOutPoints(tx, coins);
  throw new AdmissionError('bad-txns-inputs-missingorspent', 'missing-inputs', '', missing);
}

function isComplete(coins: readonly (Coin | undefined)[]): coins is readonly Coin[] {
  return !coins.includes(undefined);
}

function checkLocks(tx: Transaction, coins: readonly Coin[], tip: BlockNode): SequenceLocks {
  const locks = sequenceLocksOn(tx, coins, tip);
  if (!checkSequenceLocks(locks, tip.height + 1, tip.medianTimePast)) {
    throw new AdmissionError('non-BIP68-final', 'premature-spend');
  }
  return locks;
}

/** BIP68, for the block after this one: coins of the pool are taken to be made there. */
export function sequenceLocksOn(
  tx: Transaction,
  coins: readonly Pick<Coin, 'height'>[],
  tip: BlockNode,
): SequenceLocks {
  const heights = coins.map(({ height }) => ({
    height: height === MEMPOOL_HEIGHT ? tip.height + 1 : height,
  }));
  return calculateSequenceLocks(
    tx,
    heights,
    (height) => (tip.ancestor(height) as BlockNode).medianTimePast,
  );
}

interface Known {
  readonly found: FoundCoins;
  readonly coins: readonly Coin[];
  readonly spentOutputs: readonly TxOut[];
  readonly fee: bigint;
  readonly locks: SequenceLocks;
  readonly mode: AdmissionMode;
  readonly time: number | undefined;
}

function factsOf(tx: Transaction, known: Known, context: AdmissionContext): EntryFacts {
  const { coins, spentOutputs, fee, locks, found, mode } = known;
  const weight = txWeight(tx);
  const sigopCost = transactionSigopCost(tx, spentOutputs, STANDARD_SCRIPT_FLAGS);
  let coinbaseHeight = -1;
  let coinHeight = -1;
  for (const { height, isCoinbase } of coins) {
    if (isCoinbase && height > coinbaseHeight) coinbaseHeight = height;
    if (height !== MEMPOOL_HEIGHT && height > coinHeight) coinHeight = height;
  }
  return {
    tx,
    fee,
    feeDelta: context.deltas.size === 0 ? 0n : (context.deltas.get(txid(tx)) ?? 0n),
    weight,
    vsize: virtualSize(weight, sigopCost, context.options.bytesPerSigop),
    sigopCost,
    time: known.time ?? unixTime(context.clock),
    height: context.chain.tip.height,
    // What a block gave back was there before all that waits.
    sequence: mode.bypassLimits ? 0 : context.sequence(),
    usageBytes: entryUsage(tx),
    spends: found.keys,
    locks,
    coinbaseHeight,
    coinHeight,
  };
}

function checkFees(
  paying: { readonly modifiedFee: bigint; readonly vsize: number; readonly version: number },
  mode: AdmissionMode,
  context: AdmissionContext,
): void {
  checkOwnRelayFee(paying, context.options.minRelayFeeRate);
  // In a package the rest is compared as a whole, later.
  if (!mode.packageFees) checkFeesOf(paying, context);
}

/** Compares what a transaction, or a package, pays with what the pool asks. */
export function checkFeesOf(
  paying: { readonly modifiedFee: bigint; readonly vsize: number },
  { options, graph, minimum }: AdmissionContext,
): void {
  const poolMinFeeRate = minimum.rate(graph.usageBytes);
  checkFeeFloor(paying, { minRelayFeeRate: options.minRelayFeeRate, poolMinFeeRate });
}

function checkFamily(
  tx: Transaction,
  vsize: number,
  parents: ReadonlySet<PoolEntry>,
  conflicts: ReadonlySet<PoolEntry>,
  mode: AdmissionMode,
  { options }: AdmissionContext,
): readonly PoolEntry[] {
  if (parents.size === 0) return [];
  let limits = options;
  if (mode.bypassLimits) {
    // Core does not know yet, at this point, who in the pool depends on what a block gave back.
    const limitDescendantCount = Number.MAX_SAFE_INTEGER;
    limits = { ...limits, limitDescendantCount, limitDescendantVsize: Number.MAX_SAFE_INTEGER };
  }
  const [conflict] = conflicts;
  if (mode.allowCarveOut && conflict !== undefined && conflicts.size === 1) {
    // What it puts out counts against the limits still, though it will be gone.
    limits = {
      ...limits,
      limitDescendantCount: limits.limitDescendantCount + 1,
      limitDescendantVsize: limits.limitDescendantVsize + conflict.descendantVsize,
    };
  }
  const search = findAncestorsOfOne(vsize, parents, limits);
  if (search.kind === 'within') return search.ancestors;
  const tooLong = new AdmissionError('too-long-mempool-chain', 'mempool-policy', search.problem);
  if (!mode.allowCarveOut || vsize > CARVE_OUT_VSIZE || tx.version === TRUC_VERSION) throw tooLong;
  // Of two who share a contract, neither shall be kept from paying for it by the other one's children.
  const retry = findAncestorsOfOne(vsize, parents, {
    ...limits,
    limitAncestorCount: 2,
    limitDescendantCount: limits.limitDescendantCount + 1,
    limitDescendantVsize: limits.limitDescendantVsize + CARVE_OUT_VSIZE,
  });
  if (retry.kind === 'too-long') throw tooLong;
  return retry.ancestors;
}

/** BIP431. Answers with the sibling that has to go, if there is one and it may be put out. */
function checkTruc(
  named: Pick<Candidate, 'tx' | 'txid' | 'wtxid' | 'vsize'>,
  ancestors: readonly PoolEntry[],
  conflicts: ReadonlySet<PoolEntry>,
  mode: AdmissionMode,
): PoolEntry | undefined {
  const violation = checkSingleTruc<PoolEntry>(named, ancestors, isAmong(conflicts));
  if (violation === undefined) return undefined;
  if (!mode.allowSiblingEviction || violation.sibling === undefined) throw violation.error;
  return violation.sibling;
}

function isAmong(entries: ReadonlySet<PoolEntry>): (id: Txid) => boolean {
  return (id) => {
    for (const entry of entries) if (equalBytes(entry.txid, id)) return true;
    return false;
  };
}
