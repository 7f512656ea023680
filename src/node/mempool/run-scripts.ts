/** The scripts of a transaction that wants to get in. */
import { scriptFlagsAt } from '../../protocol/consensus/block-script-flags.ts';
import { hasWitness } from '../../protocol/primitives/transaction.ts';
import {
  CLEANSTACK,
  MANDATORY_SCRIPT_FLAGS,
  STANDARD_SCRIPT_FLAGS,
  WITNESS,
} from '../../protocol/script/flags.ts';
import type { ScriptError } from '../../protocol/script/script-error.ts';
import { type Spend, spendOf } from '../../protocol/script/signature-hash/spend.ts';
import { WorkSlices } from '../chain/work-slices.ts';
import { runInput } from '../verify/run-input.ts';
import type { AdmissionContext } from './admission-context.ts';
import { AdmissionError } from './admission-error.ts';
import type { Candidate } from './candidate.ts';

/** Up to so many inputs are verified at once: even where each is slow, that is soon over. */
export const FEW_INPUTS = 64;

type Scripts = Pick<Candidate, 'tx' | 'spentOutputs'>;

interface Failure {
  readonly error: ScriptError;
  /** Whether a block may not have it either. */
  readonly isMandatory: boolean;
}

/**
 * Runs the scripts by the rules for relaying, and remembers that they passed by those of the next
 * block too: that block then needs not run them again.
 *
 * @throws {@link AdmissionError} `mandatory-script-verify-flag-failed (…)` if no block could have it,
 * `non-mandatory-script-verify-flag (…)` if a block could.
 */
export function verifyCandidate(scripts: Scripts, context: AdmissionContext): void {
  const failure = firstFailure(scripts, STANDARD_SCRIPT_FLAGS);
  if (failure !== undefined) throw refusalOf(failure, scripts);
  const { missing, flags } = blockFlags(context);
  if (missing) {
    const broken = firstFailure(scripts, flags);
    if (broken !== undefined) throw refusalOf(broken, scripts);
  }
  context.scriptCache.add(scripts.tx, flags);
}

/** The same in slices, for a transaction with many inputs: others have a turn meanwhile. */
export async function verifyInSlices(scripts: Scripts, context: AdmissionContext): Promise<void> {
  const slices = new WorkSlices(context.clock);
  const failure = await firstFailureInSlices(scripts, STANDARD_SCRIPT_FLAGS, slices);
  if (failure !== undefined) throw refusalOf(failure, scripts);
  const { missing, flags } = blockFlags(context);
  if (missing) {
    const broken = await firstFailureInSlices(scripts, flags, slices);
    if (broken !== undefined) throw refusalOf(broken, scripts);
  }
  context.scriptCache.add(scripts.tx, flags);
}

/**
 * A flag only ever forbids more. So what passed with all flags of the next block, and more, passes with
 * those as well, and running it again, as Bitcoin Core does, would find out nothing. It is done only
 * if blocks had a rule that relaying lacks.
 */
function blockFlags({ chain, params }: AdmissionContext): { missing: boolean; flags: number } {
  const flags = scriptFlagsAt(chain.tip.height + 1, params.consensus);
  return { flags, missing: (flags & ~STANDARD_SCRIPT_FLAGS) !== 0 };
}

function firstFailure({ tx, spentOutputs }: Scripts, flags: number): Failure | undefined {
  const spend = spendOf(tx, spentOutputs);
  for (let input = 0; input < tx.inputs.length; input++) {
    const error = runInput(spend, input, flags);
    if (error !== undefined) return failureOf(error, spend, input);
  }
  return undefined;
}

async function firstFailureInSlices(
  { tx, spentOutputs }: Scripts,
  flags: number,
  slices: WorkSlices,
): Promise<Failure | undefined> {
  const spend = spendOf(tx, spentOutputs);
  for (let input = 0; input < tx.inputs.length; input++) {
    const error = runInput(spend, input, flags);
    if (error !== undefined) return failureOf(error, spend, input);
    if (slices.isOver) await slices.next();
  }
  return undefined;
}

function failureOf(error: ScriptError, spend: Spend, input: number): Failure {
  return { error, isMandatory: runInput(spend, input, MANDATORY_SCRIPT_FLAGS) !== undefined };
}

function refusalOf({ error, isMandatory }: Failure, scripts: Scripts): AdmissionError {
  const code = isMandatory
    ? `mandatory-script-verify-flag-failed (${error.message})`
    : `non-mandatory-script-verify-flag (${error.message})`;
  if (isStripped(scripts)) return new AdmissionError(code, 'witness-stripped');
  return new AdmissionError(code, isMandatory ? 'consensus' : 'not-standard');
}

/** Whether nothing is wrong but that the witness is missing, which anybody on the way can take off. */
function isStripped(scripts: Scripts): boolean {
  if (hasWitness(scripts.tx)) return false;
  const relaxed = STANDARD_SCRIPT_FLAGS & ~CLEANSTACK;
  return (
    firstFailure(scripts, relaxed & ~WITNESS) === undefined &&
    firstFailure(scripts, relaxed) !== undefined
  );
}
