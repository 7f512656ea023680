import { type Transaction, txSize } from '../../protocol/primitives/transaction.ts';

/**
 * Bytes of memory beside those on the wire, measured on V8 with pools of 30,000: the objects of a
 * transaction, and its places in the pool's tables and orders.
 */
const PER_TRANSACTION = 1_300;
const PER_INPUT = 1_100;
const PER_WITNESS_ITEM = 130;
const PER_OUTPUT = 165;

/**
 * The memory that a transaction takes in the pool.
 *
 * @example
 * entryUsage(tx) // 2_942 for one input with a P2WPKH witness and two outputs
 */
export function entryUsage(tx: Transaction): number {
  let bytes = PER_TRANSACTION + txSize(tx) + tx.outputs.length * PER_OUTPUT;
  for (const { witness } of tx.inputs) bytes += PER_INPUT + witness.length * PER_WITNESS_ITEM;
  return bytes;
}
