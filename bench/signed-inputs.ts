/**
 * Transactions with valid signatures, the same in every run.
 *
 * Each has two outputs. Half of the inputs of a kind are alone in their transaction, half come in
 * pairs: most transactions on the main network have one input or two.
 */
import type { Txid } from '../src/protocol/primitives/hashes.ts';
import type { Transaction, TxOut } from '../src/protocol/primitives/transaction.ts';
import { encodeTx } from '../src/protocol/primitives/transaction.ts';
import { p2wpkh } from '../src/protocol/script/templates.ts';
import {
  digest,
  type InputKind,
  type SignedCoin,
  signedCoin,
  signTransaction,
} from './signed-coins.ts';

/** A transaction as it comes from the network, and what it spends. */
export interface SignedTransaction {
  readonly bytes: Uint8Array;
  readonly spentOutputs: readonly TxOut[];
}

const VALUE = 100_000n;

/** Transactions with so many inputs of a kind in all. */
export function signedTransactions(kind: InputKind, inputs: number): readonly SignedTransaction[] {
  const transactions: SignedTransaction[] = [];
  const alone = inputs / 2;
  for (let made = 0; made < inputs; ) {
    const count = made < alone || made + 1 === inputs ? 1 : 2;
    const coins = Array.from({ length: count }, (_, i) => signedCoin(kind, made + i, VALUE));
    transactions.push(signedTransaction(kind, made, coins));
    made += count;
  }
  return transactions;
}

function signedTransaction(
  kind: InputKind,
  number: number,
  coins: readonly SignedCoin[],
): SignedTransaction {
  const tx: Transaction = {
    version: 2,
    inputs: coins.map((_, i) => ({
      prevout: { txid: digest(`${kind} coin ${number} ${i}`) as Txid, vout: i },
      scriptSig: new Uint8Array(0),
      sequence: 0xfffffffd,
      witness: [],
    })),
    outputs: ['payment', 'change'].map((purpose) => ({
      value: VALUE / 3n,
      scriptPubKey: p2wpkh(digest(`${kind} ${purpose} ${number}`).subarray(0, 20)),
    })),
    lockTime: 0,
  };
  const bytes = encodeTx(signTransaction(tx, coins));
  return { bytes, spentOutputs: coins.map(({ output }) => output) };
}
