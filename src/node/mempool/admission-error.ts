import { RuleError, type Verdict } from '../../protocol/consensus/rule-error.ts';
import type { OutPoint } from '../../protocol/primitives/transaction.ts';
import type { Rejected, RejectKind } from './mempool-results.ts';
import { PolicyError } from './policy/policy-error.ts';

const VERDICTS: Partial<Record<RejectKind, Verdict>> = {
  consensus: 'invalid',
  'missing-inputs': 'missing-parent',
  'premature-spend': 'not-yet',
  'witness-stripped': 'mutated',
};

/** A transaction that the pool refuses, for what it knows of itself or of the chain. */
export class AdmissionError extends RuleError {
  readonly reject: RejectKind;
  /** What it spends and nobody knows. */
  readonly missing: readonly OutPoint[];

  constructor(code: string, reject: RejectKind, details = '', missing: readonly OutPoint[] = []) {
    super(code, VERDICTS[reject] ?? 'policy', details);
    this.reject = reject;
    this.missing = missing;
  }
}

/** What a refusal is to those outside. */
export function rejectionOf(error: RuleError): Rejected {
  const reject = rejectKindOf(error);
  return error instanceof AdmissionError && error.missing.length > 0
    ? { kind: 'rejected', error, reject, missing: error.missing }
    : { kind: 'rejected', error, reject };
}

function rejectKindOf(error: RuleError): RejectKind {
  if (error instanceof AdmissionError || error instanceof PolicyError) return error.reject;
  // The rule is one of blocks as well, where it is for ever.
  return error.code === 'bad-txns-premature-spend-of-coinbase' ? 'premature-spend' : 'consensus';
}
