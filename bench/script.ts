/**
 * How much verifying inputs takes beyond the signature checks themselves, which no implementation can
 * do without. Both are timed in turns, on one thread and on the curve that this machine chose.
 */
import { curve } from '#curve';
import type { Transaction } from '../src/protocol/primitives/transaction.ts';
import { decodeTx } from '../src/protocol/primitives/transaction.ts';
import { MANDATORY_SCRIPT_FLAGS } from '../src/protocol/script/flags.ts';
import type { SignatureVerifier } from '../src/protocol/script/machine/input-checker.ts';
import { verifyInput } from '../src/protocol/script/verify-input.ts';
import type { Bench } from './bench.ts';
import { benchDecoding } from './decode-block.ts';
import { type InputKind, inputKinds } from './signed-coins.ts';
import { type SignedTransaction, signedTransactions } from './signed-inputs.ts';
import { least, median, type Summary } from './summary.ts';

const INPUTS = 20_000;
const ROUNDS = 5;
/** What verification may take at most, as a multiple of the bare checks. */
const MAX_RATIO = 1.3;

interface KindFigures {
  readonly kind: InputKind;
  readonly inputs: number;
  readonly checks: number;
  /** Seconds, one for each round. */
  readonly bare: readonly number[];
  readonly verify: readonly number[];
}

/** `npm run bench -- script` */
export const benchScript: Bench = { options: [], run: ({ json }) => measure(json) };

function measure(json: boolean): boolean {
  const kinds = inputKinds.map((kind) => prepare(kind, INPUTS / inputKinds.length));
  for (const kind of kinds) kind.runRound();
  for (const kind of kinds) kind.forget();
  for (let round = 0; round < ROUNDS; round++) for (const kind of kinds) kind.runRound();
  const figures = kinds.map((kind) => kind.figures());
  const decoding = benchDecoding();
  if (json) console.log(JSON.stringify(toJson(figures, decoding)));
  else print(figures, decoding);
  return ratioOf(figures, least) <= MAX_RATIO;
}

interface Measured {
  runRound(): void;
  forget(): void;
  figures(): KindFigures;
}

function prepare(kind: InputKind, inputs: number): Measured {
  const signed = signedTransactions(kind, inputs);
  const checks = collectChecks(signed);
  const bare: number[] = [];
  const verify: number[] = [];
  return {
    runRound() {
      // Decoded anew, so that nothing is remembered from the round before.
      const transactions = signed.map(({ bytes }) => decodeTx(bytes));
      bare.push(secondsOf(() => runChecks(checks)));
      verify.push(secondsOf(() => runVerification(signed, transactions)));
    },
    forget() {
      bare.length = 0;
      verify.length = 0;
    },
    figures: () => ({ kind, inputs, checks: checks.length, bare, verify }),
  };
}

/** One signature check, with everything that it needs. */
type Check = () => boolean;

/** The checks that verification really runs, in their order: it is made to tell them. */
function collectChecks(signed: readonly SignedTransaction[]): readonly Check[] {
  const checks: Check[] = [];
  const verifier: SignatureVerifier = {
    verifyEcdsa(hash, signature, key) {
      checks.push(() => curve.verifyEcdsa(hash, signature, key));
      return curve.verifyEcdsa(hash, signature, key);
    },
    verifySchnorr(hash, signature, key) {
      checks.push(() => curve.verifySchnorr(hash, signature, key));
      return curve.verifySchnorr(hash, signature, key);
    },
  };
  for (const { bytes, spentOutputs } of signed) {
    const tx = decodeTx(bytes);
    tx.inputs.forEach((_, i) => {
      verifyInput(tx, i, spentOutputs, MANDATORY_SCRIPT_FLAGS, verifier);
    });
  }
  return checks;
}

function runChecks(checks: readonly Check[]): void {
  for (const check of checks) check();
}

function runVerification(
  signed: readonly SignedTransaction[],
  transactions: readonly Transaction[],
): void {
  signed.forEach(({ spentOutputs }, n) => {
    const tx = transactions[n] as Transaction;
    for (let i = 0; i < tx.inputs.length; i++) {
      verifyInput(tx, i, spentOutputs, MANDATORY_SCRIPT_FLAGS);
    }
  });
}

function secondsOf(run: () => void): number {
  const start = performance.now();
  run();
  return (performance.now() - start) / 1000;
}

/** How long verification takes, with the checks as 1. */
function ratioOf(figures: readonly KindFigures[], summary: Summary): number {
  const total = (part: 'bare' | 'verify') =>
    figures.reduce((sum, figure) => sum + summary(figure[part]), 0);
  return total('verify') / total('bare');
}

function toJson(figures: readonly KindFigures[], decoding: ReturnType<typeof benchDecoding>) {
  return {
    bench: 'script',
    backend: curve.backend,
    inputs: INPUTS,
    checks: figures.reduce((sum, { checks }) => sum + checks, 0),
    ratioBest: ratioOf(figures, least),
    ratioMedian: ratioOf(figures, median),
    maxRatio: MAX_RATIO,
    kinds: figures.map((figure) => ({
      kind: figure.kind,
      inputs: figure.inputs,
      checks: figure.checks,
      bareMicroseconds: (least(figure.bare) / figure.inputs) * 1e6,
      verifyMicroseconds: (least(figure.verify) / figure.inputs) * 1e6,
    })),
    decoding: decoding ?? null,
  };
}

function print(figures: readonly KindFigures[], decoding: ReturnType<typeof benchDecoding>): void {
  const { checks, ratioBest, ratioMedian, kinds } = toJson(figures, decoding);
  console.log(`${INPUTS} inputs, half alone and half in pairs, two outputs a transaction;`);
  console.log(`${checks} signature checks on the ${curve.backend} curve, one thread,`);
  console.log(`best of ${ROUNDS} rounds in turns, microseconds an input:\n`);
  console.log('kind             checks    bare  verified  ratio');
  for (const { kind, checks: count, bareMicroseconds, verifyMicroseconds } of kinds) {
    const cells = [
      kind.padEnd(15),
      String(count).padStart(7),
      bareMicroseconds.toFixed(1).padStart(7),
      verifyMicroseconds.toFixed(1).padStart(9),
      (verifyMicroseconds / bareMicroseconds).toFixed(3).padStart(6),
    ];
    console.log(cells.join(' '));
  }
  const verdict = ratioBest <= MAX_RATIO ? 'ok' : 'TOO SLOW';
  console.log(
    `\nverification / bare checks: best ${ratioBest.toFixed(3)}, median ${ratioMedian.toFixed(3)} (at most ${MAX_RATIO}): ${verdict}`,
  );
  console.log(
    decoding === undefined
      ? 'decode and txids of block 928816: SKIPPED, there is no reference data in ../shared/vectors'
      : `decode and txids of block ${decoding.block} (${decoding.bytes} bytes, ${decoding.transactions} transactions): best ${decoding.bestMilliseconds.toFixed(1)} ms, median ${decoding.medianMilliseconds.toFixed(1)} ms`,
  );
}
