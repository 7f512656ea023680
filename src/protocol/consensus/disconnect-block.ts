import { ByteSet } from '../bytes/byte-map.ts';
import type { Block } from '../primitives/block.ts';
import type { Transaction } from '../primitives/transaction.ts';
import { txid } from '../primitives/transaction-id.ts';
import { type Coin, type CoinKey, coinKey, isUnspendable } from './coin.ts';
import type { BlockUndo } from './connect-block.ts';

export interface DisconnectedBlock {
  /**
   * The coins to take away, all of which exist after the block; except for the few blocks whose
   * coinbases were repeated before BIP30 (`bip30Overwritten`).
   */
  readonly removed: readonly CoinKey[];
  /** The coins to bring back, none of which exist. To be written after the others are gone. */
  readonly restored: readonly RestoredCoin[];
}

export interface RestoredCoin {
  readonly key: CoinKey;
  readonly coin: Coin;
}

/**
 * Takes back what {@link connectBlock} did to the coins. Not for the first block of a chain, below
 * which there is nothing.
 *
 * @example
 * const { removed, restored } = disconnectBlock(block, connectBlock(block, facts, params).undo);
 *
 * @throws RangeError if the undo data are not this block's: the store has mixed them up.
 */
export function disconnectBlock(block: Block, undo: BlockUndo): DisconnectedBlock {
  const payments = block.transactions.slice(1);
  if (undo.length !== payments.length) {
    throw new RangeError(
      `undo data of ${undo.length} transactions for a block with ${payments.length} beside its coinbase`,
    );
  }
  const own = new ByteSet();
  for (const tx of block.transactions) own.add(txid(tx));
  const spentWithin = new ByteSet();
  const restored: RestoredCoin[] = [];
  payments.forEach((tx, i) => {
    const coins = undo[i] as readonly Coin[];
    if (coins.length !== tx.inputs.length) {
      throw new RangeError(
        `undo data of ${coins.length} coins for a transaction with ${tx.inputs.length} inputs`,
      );
    }
    tx.inputs.forEach(({ prevout }, j) => {
      const key = coinKey(prevout);
      if (own.has(prevout.txid)) spentWithin.add(key);
      else restored.push({ key, coin: coins[j] as Coin });
    });
  });
  const created = block.transactions.flatMap(createdKeys);
  return { removed: created.filter((key) => !spentWithin.has(key)), restored };
}

function createdKeys(tx: Transaction): readonly CoinKey[] {
  const id = txid(tx);
  return tx.outputs.flatMap(({ scriptPubKey }, vout) =>
    isUnspendable(scriptPubKey) ? [] : [coinKey({ txid: id, vout })],
  );
}
