/** Reorganisations on demand: a competing branch is mined, block by block, and wins by its work. */
import type { BlockNode } from '../node/chain/block-node.ts';
import type { CandidateTransaction } from '../node/mining/transaction-source.ts';
import { ByteMap } from '../protocol/bytes/byte-map.ts';
import { toReversedHex } from '../protocol/bytes/hex.ts';
import { coinKey } from '../protocol/consensus/coin.ts';
import { isCoinbase, type Transaction } from '../protocol/primitives/transaction.ts';
import { txid } from '../protocol/primitives/transaction-id.ts';
import type { BlockMaker } from './block-maker.ts';
import { checkOptions } from './check-options.ts';
import type { Faucet } from './faucet.ts';
import { checkCount } from './mine-blocks.ts';
import type { NodeCore } from './node-core.ts';
import { NodeError } from './node-error.ts';
import { blocksDownTo } from './node-events.ts';
import { decodeTransaction, isTxid } from './transactions.ts';
import { giveUpThese, withQuietWallets } from './wallet-moments.ts';

/**
 * What a reorganisation replaces, and what becomes of the transactions of the replaced blocks. Those
 * that no list names go back to the mempool, as they do on a real network.
 */
export interface ReorgOptions {
  /** How many blocks are replaced; one by default. The new branch has one more. */
  readonly depth?: number;
  /**
   * These are confirmed in the new branch again, at the height that they had: ids, or `true` for all.
   * What they spend is kept with them.
   */
  readonly keep?: boolean | readonly string[];
  /** These are gone from the chain and from the mempool, as if nobody had sent them: ids, or `true` for all. */
  readonly drop?: boolean | readonly string[];
  /**
   * The new branch spends their coins otherwise, so that they can never come back: transactions in hex
   * that spend the same coins, or ids of payments of the faucet, which then takes its coins back; `true`
   * for all of these.
   */
  readonly doubleSpend?: boolean | readonly string[];
}

const OPTIONS = { depth: true, keep: true, drop: true, doubleSpend: true } as const;

/**
 * - `kept`: it is in the new branch
 * - `returned`: it is in the mempool again
 * - `dropped`: it is gone, because that was wished
 * - `double-spent`: it can never be valid again on this branch
 * - `lost`: it spent from one that is gone, or a reward of a replaced block
 */
export type TransactionFate = 'kept' | 'returned' | 'dropped' | 'double-spent' | 'lost';

export interface ReorgResult {
  readonly oldTip: string;
  readonly newTip: string;
  /** The height of the last block that both branches have. */
  readonly forkHeight: number;
  /** The blocks that were replaced, the lowest first. */
  readonly disconnected: readonly string[];
  /** The blocks that there are instead, the lowest first. */
  readonly connected: readonly string[];
  /** What became of the transactions of the replaced blocks, by their ids. Coinbases are not among them. */
  readonly transactions: Readonly<Record<string, TransactionFate>>;
}

export interface ReorgPlace {
  readonly core: NodeCore;
  readonly maker: BlockMaker;
  readonly faucet: Faucet;
  readonly scriptPubKey: Uint8Array;
}

/** A transaction of a replaced block. */
interface Replaced {
  readonly id: string;
  readonly tx: Transaction;
  readonly fee: bigint;
  /** Which of the replaced blocks it was in, from 0 on. */
  readonly block: number;
}

type Choice = 'keep' | 'drop' | 'double-spend' | 'return';

const MOST_BLOCKS = 1000;

/** @throws NodeError */
export async function reorganise(place: ReorgPlace, options: ReorgOptions): Promise<ReorgResult> {
  const { core } = place;
  const { chain, mempool } = core.node;
  checkOptions('reorg', options, OPTIONS);
  const { depth = 1 } = options;
  const oldTip = chain.tip;
  checkCount('depth', depth, Math.min(MOST_BLOCKS, oldTip.height), 1);
  const fork = oldTip.ancestor(oldTip.height - depth) as BlockNode;
  const { replaced, rewards } = await transactionsAbove(fork, oldTip, core);
  const rivals = rivalsOf(place, options.doubleSpend ?? false, replaced);
  const choices = choose(replaced, rewards, options, rivals);
  const content: CandidateTransaction[][] = Array.from({ length: depth }, () => []);
  for (const [i, { tx, fee, block, id }] of replaced.entries()) {
    if (choices.get(id) === 'keep') content[block]?.push({ tx, fee });
    content[block]?.push(...rivals.filter((rival) => rival.at === i && isPossible(rival, choices)));
  }
  const dropped = replaced.filter(({ id }) => choices.get(id) === 'drop');
  await withQuietWallets(core, async () => {
    await mineBranch(place, fork, content);
    if (dropped.length === 0) return;
    await mempool.remove(dropped.map(({ tx }) => txid(tx)));
    await giveUpThese(core, new Set(dropped.map(({ id }) => id)));
  });
  const newTip = chain.tip;
  const parting = oldTip.forkWith(newTip);
  return {
    oldTip: toReversedHex(oldTip.hash),
    newTip: toReversedHex(newTip.hash),
    forkHeight: parting.height,
    disconnected: [...blocksDownTo(oldTip, parting)].reverse(),
    connected: [...blocksDownTo(newTip, parting)].reverse(),
    transactions: fatesOf(replaced, choices, core),
  };
}

/** Mines a branch of these blocks, and as many empty ones as it takes to win. */
async function mineBranch(
  { core, maker, scriptPubKey }: ReorgPlace,
  fork: BlockNode,
  content: readonly (readonly CandidateTransaction[])[],
): Promise<void> {
  const { chain } = core.node;
  const branch: BlockNode[] = [];
  const extend = async (transactions: readonly CandidateTransaction[]): Promise<void> => {
    branch.push(await maker.extend(branch.at(-1) ?? fork, { scriptPubKey, transactions }));
  };
  try {
    for (const transactions of content) await extend(transactions);
    // Usually that is one. But where the difficulty follows the miners, one block more may be less work;
    // and a peer may have added to the old branch meanwhile.
    while (!chain.contains(branch.at(-1) as BlockNode)) await extend([]);
  } catch (error) {
    // It was the last block that made the chain look at all of them.
    const reason = branch.map((node) => chain.failureOf(node)).find((one) => one !== undefined);
    if (reason === undefined) throw error;
    const words = `the chain refuses the new branch, and stays as it was: ${reason.message}`;
    throw new NodeError('refused', words, { cause: reason });
  }
}

/** What is in the blocks after a fork: transactions, and the ids of the coinbases, which vanish. */
async function transactionsAbove(
  fork: BlockNode,
  oldTip: BlockNode,
  { node }: NodeCore,
): Promise<{ readonly replaced: readonly Replaced[]; readonly rewards: ReadonlySet<string> }> {
  const { chain } = node;
  const found: Replaced[] = [];
  const rewards = new Set<string>();
  for (let height = fork.height + 1; height <= oldTip.height; height++) {
    const at = oldTip.ancestor(height) as BlockNode;
    const [{ block }, undo] = await Promise.all([chain.readBlock(at), chain.readUndo(at)]);
    for (const [i, tx] of block.transactions.entries()) {
      if (isCoinbase(tx)) {
        rewards.add(toReversedHex(txid(tx)));
        continue;
      }
      const spent = (undo[i - 1] ?? []).reduce((sum, { output }) => sum + output.value, 0n);
      const paid = tx.outputs.reduce((sum, { value }) => sum + value, 0n);
      const place = { tx, fee: spent - paid, block: height - fork.height - 1 };
      found.push({ ...place, id: toReversedHex(txid(tx)) });
    }
  }
  return { replaced: found, rewards };
}

/** A transaction that takes the place of another one. */
interface Rival extends CandidateTransaction {
  /** The one that it conflicts with, the first if there are several. */
  readonly at: number;
  /** All that it conflicts with. */
  readonly victims: readonly string[];
}

function rivalsOf(
  { faucet }: ReorgPlace,
  wished: boolean | readonly string[],
  replaced: readonly Replaced[],
): readonly Rival[] {
  const payments = replaced.filter(({ id }) => faucet.hasPaid(id)).map(({ id }) => id);
  const wishes = typeof wished === 'boolean' ? (wished ? payments : []) : wished;
  return wishes.map((text, i) => {
    const place = `doubleSpend[${i}]`;
    const tx = isTxid(text) ? faucet.takeBack(text) : decodeTransaction(text, place);
    if (tx === undefined) {
      const allowed = 'ids of payments of this faucet, or transactions in hex';
      throw new NodeError(
        'bad-transaction',
        `${place} is ${text}, which the faucet has not paid; allowed: ${allowed}`,
      );
    }
    const keys = new ByteMap<true>();
    for (const { prevout } of tx.inputs) keys.set(coinKey(prevout), true);
    const id = toReversedHex(txid(tx));
    const victims = replaced.filter(
      (other) =>
        other.id !== id &&
        other.tx.inputs.some(({ prevout }) => keys.get(coinKey(prevout)) === true),
    );
    const [first] = victims;
    if (first === undefined) {
      throw new NodeError(
        'bad-transaction',
        `${place} spends nothing that another transaction of the replaced blocks spends; allowed: what does`,
      );
    }
    return { tx, fee: 0n, at: replaced.indexOf(first), victims: victims.map(({ id }) => id) };
  });
}

/** What is to become of each: lists that name it come before `true`, and what nobody named goes back. */
function choose(
  replaced: readonly Replaced[],
  rewards: ReadonlySet<string>,
  { keep, drop }: ReorgOptions,
  rivals: readonly Rival[],
): ReadonlyMap<string, Choice> {
  if (keep === true && drop === true) {
    throw new NodeError('bad-option', 'keep and drop are both true; allowed: one of them');
  }
  const byId = new Map(replaced.map((one) => [one.id, one]));
  const choices = new Map<string, Choice>();
  const choice = (id: string, wished: Choice): void => {
    const before = choices.get(id);
    if (before !== undefined && before !== wished) {
      throw new NodeError('bad-option', `${id} is to ${before} and to ${wished}; allowed: one`);
    }
    choices.set(id, wished);
  };
  for (const { victims } of rivals) for (const id of victims) choice(id, 'double-spend');
  for (const { tx } of rivals) {
    for (const parent of parentsIn(tx, byId)) {
      const family = withParents(parent, byId);
      if (family.some((one) => choices.get(one) === 'double-spend')) continue;
      for (const one of family) choice(one, 'keep');
    }
  }
  for (const id of named('drop', drop, byId)) choice(id, 'drop');
  for (const id of named('keep', keep, byId)) {
    for (const one of withParents(id, byId)) choice(one, 'keep');
  }
  const rest = keep === true ? 'keep' : drop === true ? 'drop' : 'return';
  for (const { id, tx } of replaced) {
    if (choices.has(id)) continue;
    // Of what is gone, nothing can be spent.
    const isOrphan = tx.inputs.some(({ prevout }) => {
      const parent = toReversedHex(prevout.txid);
      return rewards.has(parent) || (choices.get(parent) ?? 'keep') !== 'keep';
    });
    choices.set(id, rest === 'keep' && isOrphan ? 'return' : rest);
  }
  return choices;
}

function named(
  what: string,
  list: boolean | readonly string[] | undefined,
  replaced: ReadonlyMap<string, Replaced>,
): readonly string[] {
  if (list === undefined || typeof list === 'boolean') return [];
  return list.map((id, i) => {
    const known = id.toLowerCase();
    if (replaced.has(known)) return known;
    throw new NodeError(
      'bad-transaction',
      `${what}[${i}] is ${id}, which is in none of the replaced blocks; allowed: ids of transactions that are`,
    );
  });
}

/**
 * Whether what it spends is in the new branch. Where that is spent otherwise itself, there is nothing
 * left to do.
 */
function isPossible({ tx }: Rival, choices: ReadonlyMap<string, Choice>): boolean {
  return tx.inputs.every(
    ({ prevout }) => (choices.get(toReversedHex(prevout.txid)) ?? 'keep') === 'keep',
  );
}

/** A transaction and all of the replaced ones that it spends from, these first. */
function withParents(
  id: string,
  replaced: ReadonlyMap<string, Replaced>,
  seen = new Set<string>(),
): readonly string[] {
  const tx = replaced.get(id)?.tx;
  if (tx === undefined || seen.has(id)) return [];
  seen.add(id);
  return [...parentsIn(tx, replaced).flatMap((parent) => withParents(parent, replaced, seen)), id];
}

function parentsIn(tx: Transaction, replaced: ReadonlyMap<string, Replaced>): readonly string[] {
  const ids = tx.inputs.map(({ prevout }) => toReversedHex(prevout.txid));
  return [...new Set(ids)].filter((id) => replaced.has(id));
}

function fatesOf(
  replaced: readonly Replaced[],
  choices: ReadonlyMap<string, Choice>,
  { node }: NodeCore,
): Readonly<Record<string, TransactionFate>> {
  const fates = replaced.map(({ id, tx }): readonly [string, TransactionFate] => {
    const choice = choices.get(id);
    if (choice === 'keep') return [id, 'kept'];
    if (choice === 'drop') return [id, 'dropped'];
    if (choice === 'double-spend') return [id, 'double-spent'];
    return [id, node.mempool.get(txid(tx)) === undefined ? 'lost' : 'returned'];
  });
  return Object.fromEntries(fates);
}
