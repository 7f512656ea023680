/** What is asked of a payment before any coin is looked at. */
import { dustThreshold } from '../../node/mempool/policy/dust.ts';
import {
  MAX_STANDARD_TX_WEIGHT,
  MIN_STANDARD_TX_NONWITNESS_SIZE,
} from '../../node/mempool/policy/limits.ts';
import { WITNESS_SCALE_FACTOR } from '../../protocol/consensus/limits.ts';
import { PaymentError } from './payment-error.ts';
import type { Recipient, TransactionForm } from './payment-request.ts';

const MIN_WEIGHT = MIN_STANDARD_TX_NONWITNESS_SIZE * WITNESS_SCALE_FACTOR;

/**
 * Recipients that can be paid: some, none with less than nothing, and none with dust.
 *
 * @throws {@link PaymentError} `no-recipients`, `negative-amount`, `dust-output`
 */
export function checkRecipients(recipients: readonly Recipient[], dustFeeRate: bigint): void {
  if (recipients.length === 0) throw new PaymentError('no-recipients');
  for (const { amount } of recipients) {
    if (amount < 0n) {
      throw new PaymentError('negative-amount', {
        message: `an amount of ${amount} sat: allowed are 0 and more`,
      });
    }
  }
  for (const { script, amount } of recipients) {
    const least = dustThreshold({ value: amount, scriptPubKey: script }, dustFeeRate);
    if (amount >= least) continue;
    throw new PaymentError('dust-output', {
      message: `an amount of ${amount} sat is dust, which no node relays: this address takes ${least} sat at least`,
    });
  }
}

/** The most that the transaction may weigh. */
export function maxWeightOf({ maxWeight = MAX_STANDARD_TX_WEIGHT }: TransactionForm): number {
  if (maxWeight >= MIN_WEIGHT && maxWeight <= MAX_STANDARD_TX_WEIGHT) return maxWeight;
  throw new PaymentError('bad-max-weight', {
    message: `a maximum weight of ${maxWeight}: allowed are ${MIN_WEIGHT} to ${MAX_STANDARD_TX_WEIGHT}`,
  });
}
