import { equalBytes } from '../../protocol/bytes/compare.ts';
import type { Coin } from '../../protocol/consensus/coin.ts';
import type { BlockUndo } from '../../protocol/consensus/connect-block.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import type { OutPoint } from '../../protocol/primitives/transaction.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';

/** A block had nothing to do with a coin. */
export const UNTOUCHED: unique symbol = Symbol('untouched');

/**
 * A coin as it was before a block that spent or created it. Looks through the whole block: it is asked
 * for seldom, and tables to look it up in would be many times the block's size.
 */
export function coinBefore(
  { txid: id, vout }: OutPoint,
  { transactions }: Block,
  undo: BlockUndo,
): Coin | undefined | typeof UNTOUCHED {
  if (transactions.some((tx) => equalBytes(txid(tx), id))) return undefined;
  for (const [i, coins] of undo.entries()) {
    // The coinbase spends nothing, and has no undo data.
    const inputs = transactions[i + 1]?.inputs ?? [];
    const at = inputs.findIndex(
      ({ prevout }) => prevout.vout === vout && equalBytes(prevout.txid, id),
    );
    if (at >= 0) return coins[at];
  }
  return UNTOUCHED;
}
