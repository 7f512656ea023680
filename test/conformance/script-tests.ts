import { fromHex } from '../../src/protocol/bytes/hex.ts';
import { type Txid, ZERO_HASH } from '../../src/protocol/primitives/hashes.ts';
import type { Transaction } from '../../src/protocol/primitives/transaction.ts';
import { txid } from '../../src/protocol/primitives/transaction-id.ts';
import { verifyInput } from '../../src/protocol/script/verify-input.ts';
import {
  allFlags,
  expectVerdict,
  flagsFromText,
  rowsOf,
  seededBits,
  verdictOf,
  withFoundation,
  withoutUnfounded,
} from './script-rows.ts';
import { scriptFromText } from './script-text.ts';
import { outcomeOf, type VectorCheck } from './vector-check.ts';

const FILE = 'core/script_tests.json';

const FLAG_CHANGES = 16;

/** A row, after its witness: scriptSig, scriptPubKey, flags, error, and a comment. */
type Row = readonly [string, string, string, string, string?];
type WitnessRow = readonly [readonly [...witness: string[], amount: number], ...Row];

/** Bitcoin Core's evaluations, with the exact name of the error. */
export const scriptTestsCheck: VectorCheck = {
  file: FILE,
  total: 1207,
  run(vectors) {
    const random = seededBits(1);
    const rows = rowsOf(vectors.json<readonly (Row | WitnessRow | readonly [string])[]>(FILE));
    return rows.map((row, i) => outcomeOf(`row ${i} ${row.at(-1)}`, () => checkRow(row, random)));
  },
};

function checkRow(row: Row | WitnessRow, random: () => number): void {
  const [stack, sigText, pubKeyText, flagText, expected] = hasWitness(row)
    ? row
    : ([[0], ...row] as WitnessRow);
  const witness = stack.slice(0, -1).map((item) => fromHex(String(item)));
  const value = BigInt(Math.round(Number(stack.at(-1)) * 1e8));
  const flags = withFoundation(flagsFromText(flagText));
  const credit = creditingTransaction(scriptFromText(pubKeyText), value);
  const spend = spendingTransaction(credit, scriptFromText(sigText), witness);
  const run = (under: number): string =>
    verdictOf(() => verifyInput(spend, 0, credit.outputs, under));

  expectVerdict(run(flags), expected, flagText);
  // Fewer rules must not fail what passes, nor more rules pass what fails.
  for (let i = 0; i < FLAG_CHANGES; i++) {
    const change = random() & allFlags;
    const passes = expected === 'OK';
    const changed = passes ? withoutUnfounded(flags & ~change) : withFoundation(flags | change);
    const verdict = run(changed) === 'OK' ? 'OK' : 'failure';
    expectVerdict(verdict, passes ? 'OK' : 'failure', `under flags 0x${changed.toString(16)}`);
  }
}

function hasWitness(row: Row | WitnessRow): row is WitnessRow {
  return Array.isArray(row[0]);
}

/** Creates the coin: the transaction that Core's tests were signed for. */
function creditingTransaction(scriptPubKey: Uint8Array, value: bigint): Transaction {
  const prevout = { txid: ZERO_HASH as Txid, vout: 0xffffffff };
  const scriptSig = Uint8Array.of(0, 0);
  return {
    version: 1,
    inputs: [{ prevout, scriptSig, sequence: 0xffffffff, witness: [] }],
    outputs: [{ value, scriptPubKey }],
    lockTime: 0,
  };
}

function spendingTransaction(
  credit: Transaction,
  scriptSig: Uint8Array,
  witness: readonly Uint8Array[],
): Transaction {
  const prevout = { txid: txid(credit), vout: 0 };
  return {
    version: 1,
    inputs: [{ prevout, scriptSig, sequence: 0xffffffff, witness }],
    outputs: credit.outputs.map(({ value }) => ({ value, scriptPubKey: new Uint8Array(0) })),
    lockTime: 0,
  };
}
