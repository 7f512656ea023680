import { decodeBlock } from '../src/protocol/primitives/block.ts';
import { txid } from '../src/protocol/primitives/transaction-id.ts';
import { VectorFolder } from '../test/conformance/vector-check.ts';

const BLOCK = 928816;
const ROUNDS = 30;

export interface DecodingFigures {
  readonly block: number;
  readonly bytes: number;
  readonly transactions: number;
  readonly bestMilliseconds: number;
  readonly medianMilliseconds: number;
}

/** Decodes a block of 1.6 MB, and hashes each of its transactions. Undefined where it is not at hand. */
export function benchDecoding(): DecodingFigures | undefined {
  const bytes = VectorFolder.find()?.bytes(`blocks/block${BLOCK}.raw`);
  if (bytes === undefined) return undefined;
  const times: number[] = [];
  let transactions = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    const block = decodeBlock(bytes);
    for (const tx of block.transactions) txid(tx);
    times.push(performance.now() - start);
    transactions = block.transactions.length;
  }
  times.sort((a, b) => a - b);
  return {
    block: BLOCK,
    bytes: bytes.length,
    transactions,
    bestMilliseconds: times[0] ?? 0,
    medianMilliseconds: times[ROUNDS >> 1] ?? 0,
  };
}
