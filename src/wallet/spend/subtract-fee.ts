import { dustThreshold } from '../../node/mempool/policy/dust.ts';
import type { TxOut } from '../../protocol/primitives/transaction.ts';
import type { PaymentRates } from './coin-input.ts';
import { PaymentError } from './payment-error.ts';
import type { Recipient } from './payment-request.ts';

/**
 * The outputs of recipients once those who bear the fee have paid it: in equal shares, and the first of
 * them what does not divide. A fee below zero, where coins held a little more than was asked for, is
 * theirs too: Bitcoin Core shares it out in the same way.
 *
 * @example
 * subtractFee(outputs, recipients, 301n, rates) // 151 sat off the first, 150 sat off the second
 * @throws {@link PaymentError} `amount-below-fee`, `dust-after-fee`
 */
export function subtractFee(
  outputs: readonly TxOut[],
  recipients: readonly Recipient[],
  fee: bigint,
  { dustFeeRate }: Pick<PaymentRates, 'dustFeeRate'>,
): readonly TxOut[] {
  const bearers = recipients.filter(({ subtractFee }) => subtractFee === true).length;
  if (bearers === 0) return outputs;
  const share = fee / BigInt(bearers);
  let remainder = fee % BigInt(bearers);
  return outputs.map((output, i) => {
    if (recipients[i]?.subtractFee !== true) return output;
    const value = output.value - share - remainder;
    const taken = share + remainder;
    remainder = 0n;
    if (value < 0n) {
      throw new PaymentError('amount-below-fee', {
        message: `an amount of ${output.value} sat is too small to pay its share of the fee, ${taken} sat`,
      });
    }
    if (value < dustThreshold(output, dustFeeRate)) {
      throw new PaymentError('dust-after-fee', {
        message: `of ${output.value} sat, ${value} sat are left after the fee: that is dust, which no node relays`,
      });
    }
    return { ...output, value };
  });
}
