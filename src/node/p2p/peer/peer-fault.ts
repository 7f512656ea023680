import { CodedError } from '../../../protocol/bytes/coded-error.ts';
import { DecodeError } from '../../../protocol/bytes/decode-error.ts';
import { RuleError } from '../../../protocol/consensus/rule-error.ts';

/**
 * What a peer was at when it went wrong. `compact-block`: a block, or its header, that came by BIP152:
 * peers pass those on before they have checked them, so a wrong one is no reason to part.
 */
export type FaultSubject =
  | 'message'
  | 'header'
  | 'block'
  | 'compact-block'
  | 'transaction'
  | 'address';

/**
 * A peer did something that it should not have. What that costs it is decided in one place, `judge.ts`.
 *
 * @example
 * throw new PeerFault('message', 'oversized-inv', 'inv message size = 50001');
 * throw PeerFault.of('block', ruleError);
 */
export class PeerFault extends CodedError {
  override readonly name = 'PeerFault';
  readonly subject: FaultSubject;
  readonly code: string;
  /** The rule that it broke, where it is one of consensus or policy. */
  readonly rule: RuleError | undefined;

  constructor(subject: FaultSubject, code: string, message: string, rule?: RuleError) {
    super(message);
    this.subject = subject;
    this.code = code;
    this.rule = rule;
  }

  /** What a check found: a rule that was broken, or bytes that are nothing at all. */
  static of(subject: FaultSubject, error: CodedError): PeerFault {
    if (error instanceof DecodeError) return new PeerFault(subject, 'undecodable', error.message);
    const rule = error instanceof RuleError ? error : undefined;
    return new PeerFault(subject, error.code, error.message, rule);
  }
}
