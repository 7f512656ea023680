/** All of some coins, to whoever is named: a payment without change. */
import { dustThreshold } from '../../node/mempool/policy/dust.ts';
import { feeAt } from '../../node/mempool/policy/fee-rate.ts';
import type { Entropy } from '../../outside/entropy/entropy.ts';
import { WITNESS_SCALE_FACTOR } from '../../protocol/consensus/limits.ts';
import type { TxOut } from '../../protocol/primitives/transaction.ts';
import { assemble, checkFee, checkWeight, valueOfCoins, valueOfOutputs } from './assemble.ts';
import { type PaymentRates, type SpendableCoin, spendingFee } from './coin-input.ts';
import { signedWeight } from './input-size.ts';
import { PaymentError } from './payment-error.ts';
import type { Payment, PaymentRequest, TransactionForm } from './payment-request.ts';

export interface SweepRecipient {
  readonly script: Uint8Array;
  /** In satoshis; without one, an equal share of what is left. */
  readonly amount?: bigint;
}

export interface SweepRequest extends TransactionForm {
  /** All of them are spent, in this order. */
  readonly coins: readonly SpendableCoin[];
  readonly recipients: readonly SweepRecipient[];
  readonly rates: Pick<PaymentRates, 'feeRate' | 'dustFeeRate'>;
  /** Leaves out coins that cost more than they hold: Core's `send_max`. */
  readonly onlyWorthwhile?: boolean;
  readonly ancestorFeeOf?: PaymentRequest['ancestorFeeOf'];
}

/**
 * Spends coins entirely: those without an amount share what is left after the fee and the others, and
 * the first of them has what does not divide. It is what Bitcoin Core's `sendall` does.
 *
 * @example
 * createSweep({ coins, recipients: [{ script }], rates: { feeRate: 5_000n, dustFeeRate: 3_000n } }, entropy)
 * @throws {@link PaymentError}
 */
export function createSweep(request: SweepRequest, entropy: Entropy): Payment {
  const { rates, recipients, onlyWorthwhile = false } = request;
  const sharers = recipients.filter(({ amount }) => amount === undefined).length;
  if (sharers === 0) throw new PaymentError('sweep-without-rest');
  const coins = onlyWorthwhile
    ? request.coins.filter((coin) => coin.output.value >= spendingFee(coin, rates.feeRate))
    : request.coins;
  const claims = recipients.map(({ script, amount }) => ({
    value: amount ?? 0n,
    scriptPubKey: script,
  }));
  const rest = restAfter(coins, claims, request);
  const share = rest / BigInt(sharers);
  let remainder = rest % BigInt(sharers);
  const outputs = claims.map((output, i) => {
    if (recipients[i]?.amount !== undefined) return notDust(output, 'dust-output', rates);
    const value = share + remainder;
    remainder = 0n;
    return notDust({ ...output, value }, 'sweep-dust', rates);
  });
  const draft = { coins, outputs, changePosition: undefined, algorithm: 'manual' } as const;
  return assemble(draft, request, entropy);
}

/** What is left for those without an amount. */
function restAfter(
  coins: readonly SpendableCoin[],
  claims: readonly TxOut[],
  request: SweepRequest,
): bigint {
  const { rates, onlyWorthwhile = false } = request;
  const weight = signedWeight(
    coins.map(({ size }) => size),
    claims,
  );
  const ownFee = feeAt(rates.feeRate, Math.ceil(weight / WITNESS_SCALE_FACTOR));
  const fee = ownFee + (request.ancestorFeeOf?.(coins) ?? 0n);
  const total = valueOfCoins(coins);
  const claimed = valueOfOutputs(claims);
  checkFee(ownFee, request.maxFee);
  const shortage = { needed: claimed + fee, available: total };
  const figures = `the coins hold ${total} sat, the fee takes ${fee} sat and the amounts ${claimed} sat`;
  if (total <= fee) {
    const coreWords = onlyWorthwhile
      ? 'Total value of UTXO pool too low to pay for transaction, try using lower feerate.'
      : undefined;
    throw new PaymentError('sweep-worthless', {
      message: `nothing would be left to send: ${figures}; try a lower fee rate`,
      shortage,
      ...(coreWords === undefined ? {} : { coreWords }),
    });
  }
  checkWeight(weight, request);
  if (claimed > total || claimed + fee > total) {
    const code = claimed > total ? 'sweep-short' : 'sweep-below-fee';
    throw new PaymentError(code, { message: `funds are short: ${figures}`, shortage });
  }
  return total - fee - claimed;
}

function notDust(
  output: TxOut,
  code: 'dust-output' | 'sweep-dust',
  { dustFeeRate }: Pick<PaymentRates, 'dustFeeRate'>,
): TxOut {
  const least = dustThreshold(output, dustFeeRate);
  if (output.value >= least) return output;
  throw new PaymentError(code, {
    message: `an amount of ${output.value} sat is dust, which no node relays: this address takes ${least} sat at least`,
  });
}
