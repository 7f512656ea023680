/** Bodies that are not those of their header. They must be refused, and say nothing about the block. */
import { concatBytes } from '../../../src/protocol/bytes/concat.ts';
import { type Block, encodeBlock } from '../../../src/protocol/primitives/block.ts';
import { hasWitness, type Transaction } from '../../../src/protocol/primitives/transaction.ts';
import type { MadeBlock } from './made-block.ts';

/** Undefined where a block gives no occasion. */
type Mutation = (made: MadeBlock) => Uint8Array | undefined;

export const mutations: readonly Mutation[] = [
  /** A list of odd length with its end repeated has the same Merkle root (CVE-2012-2459). */
  function repeatEnd({ block }) {
    const { transactions } = block;
    const last = transactions.at(-1) as Transaction;
    if (transactions.length % 2 === 0 || transactions.length === 1) return undefined;
    return encoded(block, [...transactions, last]);
  },
  function swapEnds({ block }) {
    const { transactions } = block;
    if (transactions.length < 3) return undefined;
    return encoded(block, [transactions[0] as Transaction, ...transactions.slice(1).reverse()]);
  },
  /** The header says nothing about witnesses but through the commitment. */
  function changeWitness({ block }) {
    const at = block.transactions.findIndex((tx, i) => i > 0 && hasWitness(tx));
    if (at < 0) return undefined;
    return encoded(
      block,
      block.transactions.map((tx, i) => (i === at ? withLongerWitness(tx) : tx)),
    );
  },
  function stripWitnesses({ block }) {
    if (!block.transactions.some(hasWitness)) return undefined;
    return encoded(block, block.transactions.map(withoutWitness));
  },
  function cutEnd({ raw }) {
    return raw.slice(0, -1);
  },
  function addByte({ raw }) {
    return concatBytes(raw, Uint8Array.of(0));
  },
];

function encoded({ header }: Block, transactions: readonly Transaction[]): Uint8Array {
  return new Uint8Array(encodeBlock({ header, transactions }));
}

function withLongerWitness(tx: Transaction): Transaction {
  const inputs = tx.inputs.map((input) => ({
    ...input,
    witness: input.witness.length > 0 ? [Uint8Array.of(1), ...input.witness] : [],
  }));
  return { ...tx, inputs };
}

function withoutWitness(tx: Transaction): Transaction {
  return { ...tx, inputs: tx.inputs.map((input) => ({ ...input, witness: [] })) };
}
