/** What people ask of a block. */

import type { BlockNode } from '../../node/chain/block-node.ts';
import type { Chain } from '../../node/chain/chain.ts';
import type { BlockUndo } from '../../protocol/consensus/connect-block.ts';
import { blockSubsidy } from '../../protocol/consensus/subsidy.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import type { Transaction, TxOut } from '../../protocol/primitives/transaction.ts';

export interface BlockFacts {
  readonly node: BlockNode;
  readonly block: Block;
  readonly raw: Uint8Array;
  /** The outputs that each transaction spent; the coinbase spends none. */
  readonly spent: readonly (readonly TxOut[])[];
  readonly fees: bigint;
  /** What the miner took: new coins and fees, or less, if he gave some away. */
  readonly reward: bigint;
  /** The new coins that he could have taken. */
  readonly subsidy: bigint;
}

/** Reads a block, and what it spent. */
export async function readBlockFacts(node: BlockNode, chain: Chain): Promise<BlockFacts> {
  const [{ block, raw }, undo] = await Promise.all([chain.readBlock(node), chain.readUndo(node)]);
  const spent = spentOutputs(block, undo);
  const fees = block.transactions
    .slice(1)
    .reduce((sum, tx, i) => sum + feeOf(tx, spent[i + 1]), 0n);
  const reward = amountOf(block.transactions[0]?.outputs ?? []);
  return {
    node,
    block,
    raw,
    spent,
    fees,
    reward,
    subsidy: blockSubsidy(node.height, chain.params.consensus),
  };
}

/** What a transaction leaves for the miner. */
export function feeOf(tx: Transaction, spent: readonly TxOut[] = []): bigint {
  return amountOf(spent) - amountOf(tx.outputs);
}

function spentOutputs({ transactions }: Block, undo: BlockUndo): readonly (readonly TxOut[])[] {
  return transactions.map((_, i) =>
    i === 0 ? [] : (undo[i - 1] ?? []).map(({ output }) => output),
  );
}

function amountOf(outputs: readonly TxOut[]): bigint {
  return outputs.reduce((sum, { value }) => sum + value, 0n);
}
