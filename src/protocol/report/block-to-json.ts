import { toReversedHex } from '../bytes/hex.ts';
import type { BlockUndo } from '../consensus/connect-block.ts';
import { type Block, blockSize, blockWeight, strippedBlockSize } from '../primitives/block.ts';
import { txid } from '../primitives/transaction-id.ts';
import type { AddressPrefixes } from '../script/address.ts';
import { type ChainPlace, headerToJson } from './header-to-json.ts';
import type { Json, JsonObject } from './json-text.ts';
import { txToJson } from './tx-to-json.ts';

export interface BlockToJsonOptions {
  /** The coins that it spent: then the fees of its transactions are told. */
  readonly undo?: BlockUndo | undefined;
  /** Whether to show these coins, as verbosity 3 does. */
  readonly prevouts?: boolean;
}

/**
 * A block with its transactions in full, as `getblock` shows it with verbosity 2.
 *
 * @example
 * blockToJson(genesis, main.addressPrefixes).nTx // 1
 */
export function blockToJson(
  block: Block,
  prefixes: AddressPrefixes,
  place: ChainPlace = {},
  options: BlockToJsonOptions = {},
): JsonObject {
  const transactions = [...blockTransactionsToJson(block, prefixes, options)];
  return blockWithTransactionsToJson(block, transactions, place);
}

/**
 * The transactions of such a block, one by one: there may be thousands, and whoever has others to serve
 * gives them a turn in between.
 */
export function* blockTransactionsToJson(
  { transactions }: Block,
  prefixes: AddressPrefixes,
  { undo, prevouts = false }: BlockToJsonOptions = {},
): Generator<JsonObject, void, void> {
  for (const [i, tx] of transactions.entries()) {
    // The coinbase spends nothing, and has no undo data.
    const spent = i === 0 ? undefined : undo?.[i - 1];
    yield txToJson(tx, prefixes, { hex: true, spent, prevouts });
  }
}

/**
 * A block with the ids of its transactions, as `getblock` shows it with verbosity 1.
 *
 * @example
 * blockSummaryToJson(genesis).tx // ['4a5e1e4baab89f3a…']
 */
export function blockSummaryToJson(block: Block, place: ChainPlace = {}): JsonObject {
  return blockWithTransactionsToJson(block, block.transactions.map(txid).map(toReversedHex), place);
}

/** A block, with whatever is to be shown of its transactions. */
export function blockWithTransactionsToJson(
  block: Block,
  tx: readonly Json[],
  place: ChainPlace = {},
): JsonObject {
  return {
    ...headerToJson(block.header, { ...place, transactionCount: block.transactions.length }),
    strippedsize: strippedBlockSize(block),
    size: blockSize(block),
    weight: blockWeight(block),
    tx,
  };
}
