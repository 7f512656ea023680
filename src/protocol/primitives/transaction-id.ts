/**
 * Transaction ids are asked for again and again: by the Merkle tree, the coins, the mempool, the
 * peers. A transaction never changes, so each id is computed once and remembered beside it.
 */
import { sha256d } from '../crypto/hash.ts';
import type { Txid, Wtxid } from './hashes.ts';
import { encodeTx, encodeTxWithoutWitness, hasWitness, type Transaction } from './transaction.ts';

const txids = new WeakMap<Transaction, Txid>();
const wtxids = new WeakMap<Transaction, Wtxid>();

/**
 * The id of a transaction: the hash of its bytes without witnesses, in wire order.
 *
 * @example
 * toReversedHex(txid(tx)) // as everybody writes it
 */
export function txid(tx: Transaction): Txid {
  let id = txids.get(tx);
  if (id === undefined) {
    id = sha256d(encodeTxWithoutWitness(tx)) as Txid;
    txids.set(tx, id);
  }
  return id;
}

/**
 * The hash of a transaction with its witnesses; the same as its id if it has none.
 *
 * @example
 * toReversedHex(wtxid(tx)) // the `hash` of Bitcoin Core's RPC
 */
export function wtxid(tx: Transaction): Wtxid {
  let id = wtxids.get(tx);
  if (id === undefined) {
    id = (hasWitness(tx) ? sha256d(encodeTx(tx)) : (txid(tx) as Uint8Array)) as Wtxid;
    wtxids.set(tx, id);
  }
  return id;
}
