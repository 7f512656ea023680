import { RuleError } from '../../../protocol/consensus/rule-error.ts';
import type { RejectKind } from '../mempool-results.ts';

/** What the refusal of a valid transaction may mean for whoever remembers it. */
export type PolicyRejectKind = Extract<
  RejectKind,
  'not-standard' | 'inputs-not-standard' | 'witness-mutated' | 'reconsiderable' | 'mempool-policy'
>;

/** A transaction that breaks no rule of the chain, and is not taken into the pool. */
export class PolicyError extends RuleError {
  readonly reject: PolicyRejectKind;

  constructor(code: string, reject: PolicyRejectKind, details = '') {
    super(code, 'policy', details);
    this.reject = reject;
  }
}
