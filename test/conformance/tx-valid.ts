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
  type TransactionRow,
  verdictOfInputs,
} from './transaction-rows.ts';
import { outcomeOf, type VectorCheck } from './vector-check.ts';

const FILE = 'core/tx_valid.json';

/** Transactions that are valid under all flags but those of their row. */
export const txValidCheck: VectorCheck = {
  file: FILE,
  total: 120,
  run(vectors) {
    const random = seededBits(2);
    const rows = rowsOf(vectors.json<readonly (TransactionRow | readonly [string])[]>(FILE));
    return rows.map((row, i) => outcomeOf(`row ${i}`, () => checkRow(row, random)));
  },
};

function checkRow(row: TransactionRow, random: () => number): void {
  const spend = readRow(row);
  expectVerdict(sanityProblem(spend.tx) ?? 'OK', 'OK', 'as a transaction');
  const excluded = flagsFromText(row[2]);
  const flags = allFlags & ~excluded;
  if (flags !== withFoundation(flags)) throw new Error('the flags that are left need others');
  expectVerdict(verdictOfInputs(spend, flags), 'OK', `without ${row[2]}`);

  for (const flag of singleFlags(allFlags)) {
    const one = withoutUnfounded(flags & ~flag);
    expectVerdict(verdictOfInputs(spend, one), 'OK', `under flags 0x${one.toString(16)}`);
    const some = withoutUnfounded(flags & ~random());
    expectVerdict(verdictOfInputs(spend, some), 'OK', `under flags 0x${some.toString(16)}`);
  }
  // None is excluded without need.
  for (const flag of singleFlags(excluded)) {
    const more = withFoundation(flags | flag);
    const verdict = verdictOfInputs(spend, more) === 'OK' ? 'OK' : 'failure';
    expectVerdict(verdict, 'failure', `under flags 0x${more.toString(16)}`);
  }
}
