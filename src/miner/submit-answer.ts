import type { JsonValue } from '../protocol/report/json-value.ts';

/** What a node said to a block. */
export interface SubmitAnswer {
  readonly isAccepted: boolean;
  /** In its own words; undefined where it has nothing against it. */
  readonly reason: string | undefined;
  /** What that means, and what to do. */
  readonly words: string;
}

const OUTDATED = 'too late: somebody else’s block of this height came first';

/** The words of BIP22 and of Bitcoin Core's rules that a miner meets. */
const REASONS = new Map(
  Object.entries({
    inconclusive: 'the node keeps it on a branch beside the one that it follows',
    'duplicate-inconclusive': 'the node has it already, and does not know yet whether it is valid',
    'duplicate-invalid': 'the node has it already, and it is not valid',
    'inconclusive-not-best-prevblk': OUTDATED,
    'stale-prevblk': OUTDATED,
    'stale-work': OUTDATED,
    'bad-prevblk': 'the node knows that the block before it is not valid',
    'prev-blk-not-found': 'the node does not have the block before it',
    'high-hash': 'its hash does not meet the target',
    'bad-diffbits': 'the target has changed since the template was made',
    'time-too-old': 'its time is not later than the median of the eleven blocks before',
    'time-too-new':
      'its time is more than two hours ahead of the node’s clock: one of the clocks is wrong',
    'time-invalid': 'its time is not allowed',
    'bad-cb-amount': 'its coinbase pays more than the subsidy and the fees',
    'bad-cb-height': 'its coinbase does not begin with its height',
    'bad-cb-length': 'the script of its coinbase is too short or too long',
    'bad-txnmrklroot': 'the root in its header is not that of its transactions',
    'bad-witness-merkle-match': 'the commitment in its coinbase is not that of its witnesses',
    'bad-blk-weight': 'it is too heavy',
    'bad-blk-length': 'it is too large',
    'bad-blk-txcount': 'it has too few transactions, or too many',
    'bad-signet-blksig': 'it is not signed by whoever runs this signet',
    'bad-txns-inputs-missingorspent': 'one of its transactions spends what is not there any more',
  }),
);

/**
 * Explains what `submitblock` answered.
 *
 * @example
 * explainAnswer(null).isAccepted // true
 * explainAnswer('time-too-new').words // 'its time is more than two hours ahead …'
 */
export function explainAnswer(answer: JsonValue): SubmitAnswer {
  if (answer === null) return { isAccepted: true, reason: undefined, words: 'accepted' };
  const reason = typeof answer === 'string' ? answer : 'rejected';
  // Whoever sends a block again, because the first answer got lost, is told so.
  if (reason === 'duplicate') {
    return { isAccepted: true, reason, words: 'accepted: the node has it already' };
  }
  const words = REASONS.get(reason) ?? 'a rule that this miner has no words for';
  return { isAccepted: false, reason, words };
}
