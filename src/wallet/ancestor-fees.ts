/**
 * What coins that wait cost beyond their inputs: a payment confirms no sooner than all that it depends on,
 * so that it pays for those, too, whose own fee is too low for the rate that it wants.
 */
import { feeAt } from '../node/mempool/policy/fee-rate.ts';
import { toHex } from '../protocol/bytes/hex.ts';
import { WITNESS_SCALE_FACTOR } from '../protocol/consensus/limits.ts';
import { type OutPoint, txWeight } from '../protocol/primitives/transaction.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { WalletTx } from './ledger/wallet-tx.ts';
import { pendingAncestors } from './pending-ancestors.ts';
import type { PoolStanding } from './source/chain-source.ts';

/** What a node knows of transactions that wait, by their ids; of others, the wallet knows itself. */
export type KnownStandings = ReadonlyMap<string, PoolStanding>;

/** A transaction that waits, with what it pays; those from others stand for all that they depend on. */
interface Pending {
  readonly fee: bigint;
  readonly vsize: number;
  readonly parents: readonly string[];
}

/** Answers how much is missing for one rate, by coins. */
export interface AncestorFees {
  /** What the ancestors of these coins lack, counted once where they are the same. */
  readonly missing: (outPoints: readonly OutPoint[]) => bigint;
}

/** What a payment of this rate has to make up for, in this ledger. */
export function ancestorFees(
  ledger: Ledger,
  feeRate: bigint,
  standings: KnownStandings = new Map(),
): AncestorFees {
  const known = new Map<string, Pending>();
  const answers = new Map<string, ReadonlySet<string>>();
  const lackingOf = (outPoint: OutPoint): ReadonlySet<string> => {
    const name = `${toHex(outPoint.txid)}:${outPoint.vout}`;
    const before = answers.get(name);
    if (before !== undefined) return before;
    const found = lacking(outPoint, { ledger, standings, known, feeRate });
    answers.set(name, found);
    return found;
  };
  return {
    missing: (outPoints) => {
      const all = new Set<string>();
      for (const outPoint of outPoints) for (const id of lackingOf(outPoint)) all.add(id);
      return all.size === 0 ? 0n : shortfall(all, known, feeRate);
    },
  };
}

interface Search {
  readonly ledger: Ledger;
  readonly standings: KnownStandings;
  readonly known: Map<string, Pending>;
  readonly feeRate: bigint;
}

/** Nobody knows what those cost that no node has. */
const IN_POOL = { inPool: true };
const NOTHING: ReadonlySet<string> = new Set();

/** All that a coin depends on and that no block takes at this rate, by ids. */
function lacking(outPoint: OutPoint, search: Search): ReadonlySet<string> {
  const { ledger, known, feeRate } = search;
  const own = ledger.get(outPoint.txid);
  if (own === undefined) {
    const id = toHex(outPoint.txid);
    return withoutPaid(learn(id, standingOf(id, search), known), known, feeRate);
  }
  const ancestors = learnAll(pendingAncestors(ledger, [own], IN_POOL), search);
  // Mostly, each of them has paid enough by itself.
  if ([...ancestors].every((id) => shortfall([id], known, feeRate) === 0n)) return NOTHING;
  const left = withoutPaid(learnAll(familyAround(own, outPoint, ledger), search), known, feeRate);
  return new Set([...ancestors].filter((id) => left.has(id)));
}

/** Others may have paid for the ancestors already; but not what a replacement takes the place of. */
function familyAround(own: WalletTx, outPoint: OutPoint, ledger: Ledger): ReadonlySet<WalletTx> {
  const replaced = new Set<WalletTx>();
  for (const spender of ledger.spenders(outPoint)) {
    replaced.add(spender);
    for (const each of ledger.descendants(spender)) replaced.add(each);
  }
  const ancestors = pendingAncestors(ledger, [own], IN_POOL);
  const children = [...ancestors].flatMap((each) => ledger.descendants(each));
  const waiting = children.filter(({ state }) => state.kind === 'pool');
  const beside = waiting.filter((each) => !replaced.has(each));
  return pendingAncestors(ledger, [own, ...beside], IN_POOL);
}

function learnAll(transactions: Iterable<WalletTx>, search: Search): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const each of transactions) {
    const id = toHex(each.txid);
    const pending =
      search.known.get(id) ?? pendingOf(each, search.ledger) ?? standingOf(id, search);
    for (const learnt of learn(id, pending, search.known)) ids.add(learnt);
  }
  return ids;
}

function learn(
  id: string,
  pending: Pending | undefined,
  known: Map<string, Pending>,
): ReadonlySet<string> {
  if (pending === undefined) return new Set();
  known.set(id, pending);
  return new Set([id]);
}

function standingOf(id: string, { standings }: Search): Pending | undefined {
  const standing = standings.get(id);
  if (standing === undefined) return undefined;
  return { fee: standing.ancestorFees, vsize: standing.ancestorVsize, parents: [] };
}

/** Undefined where an input is of somebody else, so that nobody here knows the fee. */
function pendingOf({ tx }: WalletTx, ledger: Ledger): Pending | undefined {
  let fee = 0n;
  for (const { prevout } of tx.inputs) {
    const output = ledger.output(prevout);
    if (output === undefined) return undefined;
    fee += output.value;
  }
  for (const { value } of tx.outputs) fee -= value;
  return {
    fee,
    vsize: Math.ceil(txWeight(tx) / WITNESS_SCALE_FACTOR),
    parents: tx.inputs.map(({ prevout }) => toHex(prevout.txid)),
  };
}

/** Those that no block takes at this rate: what pays enough, with all that it depends on, is gone before. */
function withoutPaid(
  ids: ReadonlySet<string>,
  known: ReadonlyMap<string, Pending>,
  feeRate: bigint,
): ReadonlySet<string> {
  const left = new Set(ids);
  for (;;) {
    // Miners take the best family first: what pays well for itself does not pay for its children.
    const best = bestFamily(left, known);
    if (best === undefined || shortfall(best, known, feeRate) > 0n) return left;
    for (const id of best) left.delete(id);
  }
}

/** Of all transactions with what they depend on, the ones that pay the most by their size. */
function bestFamily(
  ids: ReadonlySet<string>,
  known: ReadonlyMap<string, Pending>,
): ReadonlySet<string> | undefined {
  let best: { readonly family: ReadonlySet<string>; readonly rate: number } | undefined;
  for (const id of ids) {
    const family = familyOf(id, ids, known);
    const { fee, vsize } = sumOf(family, known);
    const rate = Number(fee) / vsize;
    if (best === undefined || rate > best.rate) best = { family, rate };
  }
  return best?.family;
}

function familyOf(
  id: string,
  among: ReadonlySet<string>,
  known: ReadonlyMap<string, Pending>,
): ReadonlySet<string> {
  const family = new Set([id]);
  for (const each of family) {
    for (const parent of known.get(each)?.parents ?? []) if (among.has(parent)) family.add(parent);
  }
  return family;
}

function shortfall(
  ids: Iterable<string>,
  known: ReadonlyMap<string, Pending>,
  feeRate: bigint,
): bigint {
  const { fee, vsize } = sumOf(ids, known);
  const lack = feeAt(feeRate, vsize) - fee;
  return lack > 0n ? lack : 0n;
}

function sumOf(
  ids: Iterable<string>,
  known: ReadonlyMap<string, Pending>,
): Pick<Pending, 'fee' | 'vsize'> {
  let [fee, vsize] = [0n, 0];
  for (const id of ids) {
    const pending = known.get(id);
    fee += pending?.fee ?? 0n;
    vsize += pending?.vsize ?? 0;
  }
  return { fee, vsize };
}
