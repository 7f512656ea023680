import { toReversedHex } from '../bytes/hex.ts';
import { type Block, blockSize, blockWeight, strippedBlockSize } from '../primitives/block.ts';
import { txid } from '../primitives/transaction-id.ts';
import type { AddressPrefixes } from '../script/address.ts';
import { type ChainPlace, headerToJson } from './header-to-json.ts';
import type { Json, JsonObject } from './json-text.ts';
import { txToJson } from './tx-to-json.ts';

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
): JsonObject {
  const transactions = block.transactions.map((tx) => txToJson(tx, prefixes, { hex: true }));
  return withTransactions(block, transactions, place);
}

/**
 * A block with the ids of its transactions, as `getblock` shows it with verbosity 1.
 *
 * @example
 * blockSummaryToJson(genesis).tx // ['4a5e1e4baab89f3a…']
 */
export function blockSummaryToJson(block: Block, place: ChainPlace = {}): JsonObject {
  return withTransactions(block, block.transactions.map(txid).map(toReversedHex), place);
}

function withTransactions(block: Block, tx: readonly Json[], place: ChainPlace): JsonObject {
  return {
    ...headerToJson(block.header, { ...place, transactionCount: block.transactions.length }),
    strippedsize: strippedBlockSize(block),
    size: blockSize(block),
    weight: blockWeight(block),
    tx,
  };
}
