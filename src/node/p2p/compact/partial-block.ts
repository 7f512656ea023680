import { equalBytes } from '../../../protocol/bytes/compare.ts';
import { isBlockMutated } from '../../../protocol/consensus/check-block.ts';
import type { Block } from '../../../protocol/primitives/block.ts';
import type { BlockHeader } from '../../../protocol/primitives/block-header.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import { type CmpctBlockMessage, MAX_BLOCK_INDEX } from '../../../protocol/wire/cmpct-block.ts';
import { shortId, shortIdKey } from '../../../protocol/wire/short-ids.ts';
import type { KnownTransaction } from './extra-transactions.ts';

/** Where to look for the transactions of a block. */
export interface TransactionSources {
  readonly pool: Iterable<KnownTransaction>;
  /** What is not in the pool. It may hold some twice, and some of the pool. */
  readonly extra: Iterable<KnownTransaction>;
}

/** A block of which some transactions may be missing. */
export interface PartialBlock {
  readonly header: BlockHeader;
  /** By their position in the block; undefined for those that have to be asked for. */
  readonly transactions: readonly (Transaction | undefined)[];
  /** The positions of these. */
  readonly missing: readonly number[];
}

/**
 * - `partial`: as far as it goes
 * - `invalid`: no honest peer sends this
 * - `failed`: two short ids are the same, by chance: the block has to be fetched as a whole
 */
export type BeginResult =
  | { readonly kind: 'partial'; readonly block: PartialBlock }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'failed' };

/**
 * Puts a compact block together from what is known (BIP152).
 *
 * @example
 * const begun = beginPartialBlock(message, { pool: mempool.entries(), extra: [] });
 * if (begun.kind === 'partial' && begun.block.missing.length === 0) …
 */
export function beginPartialBlock(
  message: CmpctBlockMessage,
  sources: TransactionSources,
): BeginResult {
  const slots = placePrefilled(message);
  if (slots === undefined) return { kind: 'invalid' };
  const positions = placeShortIds(message.shortIds, slots);
  if (positions === undefined) return { kind: 'failed' };
  findTransactions(message, sources, positions, slots);
  const missing: number[] = [];
  slots.forEach((tx, index) => {
    if (tx === undefined) missing.push(index);
  });
  return { kind: 'partial', block: { header: message.header, transactions: slots, missing } };
}

type Slots = (Transaction | undefined)[];

/** Undefined if one of them has no place: it leaves a gap before it that no short id fills. */
function placePrefilled({ prefilled, shortIds }: CmpctBlockMessage): Slots | undefined {
  const count = prefilled.length + shortIds.length;
  if (count === 0) return undefined;
  const slots: Slots = new Array<Transaction | undefined>(count).fill(undefined);
  for (const [i, { index, tx }] of prefilled.entries()) {
    if (tx.inputs.length === 0 && tx.outputs.length === 0) return undefined;
    if (index > MAX_BLOCK_INDEX || index > shortIds.length + i) return undefined;
    slots[index] = tx;
  }
  return slots;
}

/** The position of each short id; undefined if two are the same. */
function placeShortIds(
  shortIds: readonly number[],
  slots: Readonly<Slots>,
): ReadonlyMap<number, number> | undefined {
  const positions = new Map<number, number>();
  let position = 0;
  for (const id of shortIds) {
    while (slots[position] !== undefined) position++;
    positions.set(id, position++);
  }
  return positions.size === shortIds.length ? positions : undefined;
}

function findTransactions(
  { header, nonce, shortIds }: CmpctBlockMessage,
  { pool, extra }: TransactionSources,
  positions: ReadonlyMap<number, number>,
  slots: Slots,
): void {
  if (shortIds.length === 0) return;
  const key = shortIdKey(header, nonce);
  const found = new Map<number, KnownTransaction>();
  let count = 0;
  // Of two that fit, neither is taken: the peer knows which. It does happen, once in many blocks.
  const take = (known: KnownTransaction, isPool: boolean): void => {
    const position = positions.get(shortId(key, known.wtxid));
    if (position === undefined) return;
    const other = found.get(position);
    if (other === undefined) {
      found.set(position, known);
      slots[position] = known.tx;
      count++;
    } else if (slots[position] !== undefined && (isPool || !equalBytes(other.wtxid, known.wtxid))) {
      slots[position] = undefined;
      count--;
    }
  };
  // When all are found the rest is not searched for a second that fits: this is what everybody waits for.
  for (const known of pool) {
    take(known, true);
    if (count === shortIds.length) return;
  }
  for (const known of extra) {
    take(known, false);
    if (count === shortIds.length) return;
  }
}

/**
 * - `complete`: the block that the header names
 * - `invalid`: these are not as many as were asked for
 * - `failed`: another transaction has the short id of one of the block's; fetch the whole
 */
export type FillResult =
  | { readonly kind: 'complete'; readonly block: Block }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'failed' };

/**
 * Adds what was missing, in the order of the block.
 *
 * @param checkWitnesses whether SegWit is in force, so that a wrong witness would show
 */
export function fillPartialBlock(
  { header, transactions: known, missing }: PartialBlock,
  received: readonly Transaction[],
  checkWitnesses: boolean,
): FillResult {
  if (received.length !== missing.length) return { kind: 'invalid' };
  let next = 0;
  const transactions = known.map((tx) => tx ?? (received[next++] as Transaction));
  const block: Block = { header, transactions };
  if (isBlockMutated(block, checkWitnesses)) return { kind: 'failed' };
  return { kind: 'complete', block };
}
