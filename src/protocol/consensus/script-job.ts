import type { Transaction, TxOut } from '../primitives/transaction.ts';
import { ScriptError } from '../script/script-error.ts';
import { spendOf } from '../script/signature-hash/spend.ts';
import { verifySpend } from '../script/verify-input.ts';
import { RuleError } from './rule-error.ts';

/**
 * The scripts of one transaction, to be run: all that they need, and nothing else. Jobs do not
 * depend on each other, so that threads can share them out.
 *
 * A transaction is the unit, and not an input, because its inputs share what their signatures sign:
 * it is hashed once for them all.
 */
export interface ScriptJob {
  readonly tx: Transaction;
  /** What each input spends, in their order. */
  readonly spentOutputs: readonly TxOut[];
  readonly flags: number;
}

/**
 * Runs the scripts of a transaction.
 *
 * @example
 * for (const job of connectBlock(block, facts, params).scriptJobs) verifyScripts(job);
 *
 * @throws {@link RuleError} for the first input that fails, with Bitcoin Core's sentence.
 */
export function verifyScripts({ tx, spentOutputs, flags }: ScriptJob): void {
  const spend = spendOf(tx, spentOutputs);
  try {
    for (let i = 0; i < tx.inputs.length; i++) verifySpend(spend, i, flags);
  } catch (error) {
    if (error instanceof ScriptError) throw scriptFailure(error);
    throw error;
  }
}

/** The rule that a script's failure breaks. */
export function scriptFailure(error: ScriptError): RuleError {
  return new RuleError(`mandatory-script-verify-flag-failed (${error.message})`, 'invalid');
}
