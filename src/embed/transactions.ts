/** Transactions as people name them. */
import type { CandidateTransaction } from '../node/mining/transaction-source.ts';
import { CodedError } from '../protocol/bytes/coded-error.ts';
import { fromHex, fromReversedHex } from '../protocol/bytes/hex.ts';
import type { Txid } from '../protocol/primitives/hashes.ts';
import type { Transaction } from '../protocol/primitives/transaction.ts';
import { decodeAnyTx } from '../protocol/report/decode-any-tx.ts';
import type { NodeCore } from './node-core.ts';
import { NodeError } from './node-error.ts';

const ID = /^[0-9a-fA-F]{64}$/;
const SHOWN = 20;

/** Whether a text is the id of a transaction, and not a transaction in hex, which is longer. */
export function isTxid(text: string): boolean {
  return ID.test(text);
}

/** @throws NodeError `bad-transaction` */
function txidFrom(text: string, place: string): Txid {
  if (isTxid(text)) return fromReversedHex(text) as Txid;
  const words = `${place} is ${shown(text)}; allowed: the id of a transaction, 64 hex digits`;
  throw new NodeError('bad-transaction', words);
}

/** @throws NodeError `bad-transaction` */
export function decodeTransaction(hex: string, place: string): Transaction {
  try {
    return decodeAnyTx(fromHex(hex));
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    throw new NodeError(
      'bad-transaction',
      `${place} is ${shown(hex)}, which is no transaction (${error.message}); allowed: a transaction in hex, or an id`,
      { cause: error },
    );
  }
}

/**
 * A transaction in hex, or one that is in the mempool by its id. What the first pays nobody asks: its
 * fee is left to nobody.
 *
 * @throws NodeError `bad-transaction`
 */
export function findTransaction(
  { node }: NodeCore,
  text: string,
  place: string,
): CandidateTransaction {
  if (!isTxid(text)) return { tx: decodeTransaction(text, place), fee: 0n };
  const entry = node.mempool.get(txidFrom(text, place));
  if (entry !== undefined) return entry;
  const allowed = 'the id of a transaction in the mempool, or a transaction in hex';
  throw new NodeError(
    'bad-transaction',
    `${place} is ${text}, which is not in the mempool; allowed: ${allowed}`,
  );
}

function shown(text: string): string {
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}
