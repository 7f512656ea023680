/**
 * Transaction ids are asked for again and again: by the Merkle tree, the coins, the mempool, the
 * peers. A transaction never changes, so each id is computed once and remembered beside it.
 */
import { Writer } from '../bytes/writer.ts';
import { sha256d } from '../crypto/hash.ts';
import type { Txid, Wtxid } from './hashes.ts';
import { hasWitness, strippedTxSize, type Transaction, writeTx } from './transaction.ts';

const txids = new WeakMap<Transaction, Txid>();
const wtxids = new WeakMap<Transaction, Wtxid>();

/** Bytes that are only hashed need no array of their own. */
const writer = new Writer(1024);

/**
 * The id of a transaction: the hash of its bytes without witnesses, in wire order.
 *
 * @example
 * toReversedHex(txid(tx)) // as everybody writes it
 */
export function txid(tx: Transaction): Txid {
  let id = txids.get(tx);
  if (id === undefined) {
    writeTx(writer.clear(), tx, false);
    id = sha256d(writer.finish()) as Txid;
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
    id = (hasWitness(tx) ? hashOfWhole(tx) : (txid(tx) as Uint8Array)) as Wtxid;
    wtxids.set(tx, id);
  }
  return id;
}

/**
 * Computes both ids from the bytes of a transaction, all of them, which saves it from being written
 * again. They have to be the bytes that it was read from.
 *
 * @example
 * nameTx(decodeTx(bytes), bytes)
 */
export function nameTx(tx: Transaction, bytes: Uint8Array): void {
  if (txids.has(tx)) return;
  if (!hasWitness(tx)) {
    txids.set(tx, sha256d(bytes) as Txid);
    return;
  }
  wtxids.set(tx, sha256d(bytes) as Wtxid);
  // Without the marker and the flag behind the version, and the witnesses before the lock time.
  writer.clear();
  writer.bytes(bytes.subarray(0, 4));
  writer.bytes(bytes.subarray(6, strippedTxSize(tx) - 2));
  writer.bytes(bytes.subarray(bytes.length - 4));
  txids.set(tx, sha256d(writer.finish()) as Txid);
}

function hashOfWhole(tx: Transaction): Uint8Array {
  writeTx(writer.clear(), tx);
  return sha256d(writer.finish());
}
