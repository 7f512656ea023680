import { CodedError } from '../bytes/coded-error.ts';

/**
 * Whose fault it is.
 *
 * - `invalid`: breaks a rule, today and forever.
 * - `mutated`: these bytes are wrong, but the hash they came under may yet have right ones.
 * - `missing-parent`: what it builds on is not known here.
 * - `not-yet`: breaks no rule but is too early; time will mend it.
 * - `policy`: valid, and not wanted here.
 */
export type Verdict = 'invalid' | 'mutated' | 'missing-parent' | 'not-yet' | 'policy';

/**
 * A block, header or transaction that breaks a rule. `code` is Bitcoin Core's reject reason,
 * `details` what Core adds behind it in its log.
 */
export class RuleError extends CodedError {
  override readonly name = 'RuleError';
  readonly code: string;
  readonly verdict: Verdict;
  readonly details: string;

  constructor(code: string, verdict: Verdict, details = '') {
    super(details === '' ? code : `${code}, ${details}`);
    this.code = code;
    this.verdict = verdict;
    this.details = details;
  }
}
