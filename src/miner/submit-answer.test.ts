import { describe, expect, it } from 'vitest';
import { explainAnswer } from './submit-answer.ts';

describe('the answer to a block', () => {
  it('is a yes where there is nothing to say, or the node has it already', () => {
    expect(explainAnswer(null)).toEqual({
      isAccepted: true,
      reason: undefined,
      words: 'accepted',
    });
    expect(explainAnswer('duplicate').isAccepted).toBe(true);
  });

  it.each([
    ['high-hash', 'its hash does not meet the target'],
    ['inconclusive', 'the node keeps it on a branch beside the one that it follows'],
    ['bad-cb-amount', 'its coinbase pays more than the subsidy and the fees'],
    ['something-new', 'a rule that this miner has no words for'],
    ['constructor', 'a rule that this miner has no words for'],
  ])('is explained: %s', (reason, words) => {
    expect(explainAnswer(reason)).toEqual({ isAccepted: false, reason, words });
  });

  it('may be anything', () => {
    expect(explainAnswer(true)).toMatchObject({ isAccepted: false, reason: 'rejected' });
  });
});
