import {
  decodeTx,
  encodeTx,
  type Transaction,
  type TxIn,
  txSize,
} from '../../protocol/primitives/transaction.ts';

/** More than this many times its own size is not worth keeping. */
const MOST_SHARED = 2;
const SMALL = 1024;

/**
 * The transaction, made of bytes of its own. A decoded one is made of views of what it came in; kept
 * for days, a small one could hold on to a whole block.
 */
export function withOwnBytes(tx: Transaction): Transaction {
  const { prevout } = tx.inputs[0] as TxIn;
  const held = prevout.txid.buffer.byteLength;
  return held <= SMALL + MOST_SHARED * txSize(tx) ? tx : decodeTx(encodeTx(tx));
}
