import {
  allFlags,
  expectVerdict,
  flagsFromText,
  rowsOf,
  seededBits,
  singleFlags,
  withFoundation,
  withoutUnfounded,
} from './script-rows.ts';
import {
  readRow,
  sanityProblem,
  type TransactionCase,
  type TransactionRow,
  verdictOfInputs,
} from './transaction-rows.ts';
import { outcomeOf, type VectorCheck } from './vector-check.ts';

const FILE = 'core/tx_invalid.json';

/** Transactions that are not transactions, or are invalid under the flags of their row. */
export const txInvalidCheck: VectorCheck = {
  file: FILE,
  total: 93,
  run(vectors) {
    const random = seededBits(3);
    const rows = rowsOf(vectors.json<readonly (TransactionRow | readonly [string])[]>(FILE));
    return rows.map((row, i) => outcomeOf(`row ${i}`, () => checkRow(row, random)));
  },
};

function checkRow(row: TransactionRow, random: () => number): void {
  const spend = readRow(row);
  const problem = sanityProblem(spend.tx);
  if (row[2] === 'BADTX') {
    if (problem === undefined) throw new Error('passes as a transaction');
    return;
  }
  expectVerdict(problem ?? 'OK', 'OK', 'as a transaction');
  const flags = flagsFromText(row[2]);
  if (flags !== withFoundation(flags)) throw new Error('the flags need others');
  expectFailure(spend, flags);

  for (const flag of singleFlags(allFlags)) {
    expectFailure(spend, withFoundation(flags | flag));
    expectFailure(spend, withFoundation(flags | (random() & allFlags)));
  }
  // None is asked for without need.
  for (const flag of singleFlags(flags)) {
    const fewer = withoutUnfounded(flags & ~flag);
    expectVerdict(verdictOfInputs(spend, fewer), 'OK', `under flags 0x${fewer.toString(16)}`);
  }
}

function expectFailure(spend: TransactionCase, flags: number): void {
  const verdict = verdictOfInputs(spend, flags) === 'OK' ? 'OK' : 'failure';
  expectVerdict(verdict, 'failure', `under flags 0x${flags.toString(16)}`);
}
