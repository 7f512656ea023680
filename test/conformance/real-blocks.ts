import { equalBytes } from '../../src/protocol/bytes/compare.ts';
import { Reader } from '../../src/protocol/bytes/reader.ts';
import {
  type Block,
  blockWeight,
  decodeBlock,
  encodeBlock,
} from '../../src/protocol/primitives/block.ts';
import { blockMerkleRoot } from '../../src/protocol/primitives/merkle-tree.ts';
import type { Transaction, TxOut } from '../../src/protocol/primitives/transaction.ts';
import { scriptFlags } from '../../src/protocol/script/flags.ts';
import { transactionSigopCost } from '../../src/protocol/script/sigops.ts';
import { verifyInput } from '../../src/protocol/script/verify-input.ts';
import {
  type CaseOutcome,
  outcomeOf,
  type VectorCheck,
  type VectorFolder,
} from './vector-check.ts';

/** What is known of a block. The sigop cost is that under `flags`. */
interface RealBlock {
  readonly name: string;
  readonly weight: number;
  readonly sigopCost: number;
  /** How many inputs spend a coin; zero where the coins are not at hand. */
  readonly spends: number;
  /** The rules that it was mined under. */
  readonly flags: readonly string[];
}

const BLOCK_CASES = 4;

const blocks: readonly RealBlock[] = [
  { name: 'block1', weight: 860, sigopCost: 4, spends: 0, flags: [] },
  { name: 'block300025', weight: 1136924, sigopCost: 5284, spends: 1427, flags: ['P2SH'] },
  // What it spends is not at hand, so that only what the block itself holds is counted.
  { name: 'block482683', weight: 35715, sigopCost: 80, spends: 0, flags: [] },
  {
    name: 'block928816',
    weight: 3568200,
    sigopCost: 9109,
    spends: 8692,
    flags: ['P2SH', 'DERSIG', 'CHECKLOCKTIMEVERIFY', 'CHECKSEQUENCEVERIFY', 'NULLDUMMY', 'WITNESS'],
  },
];

/** Blocks of the main network and of testnet3, byte for byte, and every script in them. */
export const realBlocksChecks: readonly VectorCheck[] = blocks.map((known) => {
  const file = `blocks/${known.name}.raw`;
  return {
    file,
    total: BLOCK_CASES + known.spends,
    run: (vectors) => checkBlock(vectors, file, known),
  };
});

function checkBlock(vectors: VectorFolder, file: string, known: RealBlock): CaseOutcome[] {
  const bytes = vectors.bytes(file);
  const block = decodeBlock(bytes);
  const spent = known.spends > 0 ? readUndo(vectors, known.name, block) : undefined;
  const flags = scriptFlags(...known.flags);
  const outcomes = [
    outcomeOf('encoding', () => expectSame(equalBytes(encodeBlock(block), bytes), true)),
    outcomeOf('merkle root', () => {
      const { root, mutated } = blockMerkleRoot(block);
      expectSame(equalBytes(root, block.header.merkleRoot) && !mutated, true);
    }),
    outcomeOf('weight', () => expectSame(blockWeight(block), known.weight)),
    outcomeOf('sigop cost', () => expectSame(sigopCost(block, spent, flags), known.sigopCost)),
  ];
  for (const [tx, spentOutputs] of spent ?? []) {
    outcomes.push(...verifyInputs(tx, spentOutputs, flags));
  }
  return outcomes;
}

function verifyInputs(tx: Transaction, spentOutputs: readonly TxOut[], flags: number) {
  return tx.inputs.map((_, i) =>
    outcomeOf(`input ${i}`, () => verifyInput(tx, i, spentOutputs, flags)),
  );
}

function sigopCost(
  block: Block,
  spent: ReadonlyMap<Transaction, readonly TxOut[]> | undefined,
  flags: number,
): number {
  return block.transactions
    .map((tx) => transactionSigopCost(tx, spent?.get(tx) ?? [], flags))
    .reduce((sum, cost) => sum + cost, 0);
}

/** The outputs that a block spends, in order: amount, script. The coinbase spends none. */
function readUndo(
  vectors: VectorFolder,
  name: string,
  block: Block,
): ReadonlyMap<Transaction, readonly TxOut[]> {
  const reader = new Reader(vectors.bytes(`blocks/${name}-undo.raw`));
  const spent = new Map(
    block.transactions.slice(1).map((tx) => {
      const outputs = tx.inputs.map(() => ({
        value: reader.u64(),
        scriptPubKey: reader.varBytes(),
      }));
      return [tx, outputs];
    }),
  );
  reader.end();
  return spent;
}

function expectSame<T>(actual: T, expected: T): void {
  if (actual !== expected) throw new Error(`${actual} where ${expected} belongs`);
}
