/** The rows of tx_valid and tx_invalid: a transaction, what it spends, and flags. */
import { fromHex, fromReversedHex } from '../../src/protocol/bytes/hex.ts';
import { checkTransactionSanity } from '../../src/protocol/consensus/check-transaction.ts';
import { RuleError } from '../../src/protocol/consensus/rule-error.ts';
import type { OutPoint, Transaction, TxOut } from '../../src/protocol/primitives/transaction.ts';
import { decodeTx } from '../../src/protocol/primitives/transaction.ts';
import { verifyInput } from '../../src/protocol/script/verify-input.ts';
import { verdictOf } from './script-rows.ts';
import { scriptFromText } from './script-text.ts';

type SpentRow = readonly [hash: string, index: number, script: string, satoshis?: number];
export type TransactionRow = readonly [spent: readonly SpentRow[], tx: string, flags: string];

export interface TransactionCase {
  readonly tx: Transaction;
  readonly spentOutputs: readonly TxOut[];
}

export function readRow([spent, hex]: TransactionRow): TransactionCase {
  const tx = decodeTx(fromHex(hex));
  const coins = new Map(spent.map((row) => [keyOf(row[0], row[1]), toOutput(row)]));
  const spentOutputs = tx.inputs.map(({ prevout }) => {
    const coin = coins.get(keyOfOutPoint(prevout));
    if (coin === undefined) throw new Error('a spent output is missing');
    return coin;
  });
  return { tx, spentOutputs };
}

function toOutput([, , script, satoshis = 0]: SpentRow): TxOut {
  return { value: BigInt(satoshis), scriptPubKey: scriptFromText(script) };
}

/** Some rows have an index of -1, which is the largest there is. */
function keyOf(hash: string, index: number): string {
  return `${fromReversedHex(hash).join()}:${index >>> 0}`;
}

function keyOfOutPoint({ txid, vout }: OutPoint): string {
  return `${txid.join()}:${vout}`;
}

/** Why the transaction itself is not one; undefined if it is. */
export function sanityProblem(tx: Transaction): string | undefined {
  try {
    checkTransactionSanity(tx);
    return undefined;
  } catch (error) {
    if (error instanceof RuleError) return error.code;
    throw error;
  }
}

/** `OK` if all inputs pass, or else why the first one that fails does. */
export function verdictOfInputs({ tx, spentOutputs }: TransactionCase, flags: number): string {
  for (let i = 0; i < tx.inputs.length; i++) {
    const verdict = verdictOf(() => verifyInput(tx, i, spentOutputs, flags));
    if (verdict !== 'OK') return verdict;
  }
  return 'OK';
}
