/** What a payment pays for each virtual byte, and why that much. The rules are Bitcoin Core's. */
import type { RelayTerms } from './source/chain-source.ts';
import { PaymentError } from './spend/payment-error.ts';
import { WalletError } from './wallet-error.ts';
import type { WalletOptions } from './wallet-options.ts';

/** Who decided on a rate: the caller, the history of fees, an option, a full pool, or the least that is relayed. */
export type FeeReason = 'asked' | 'estimate' | 'fallback' | 'pool-minimum' | 'required';

export interface FeeChoice {
  /** Satoshis for 1,000 virtual bytes. */
  readonly feeRate: bigint;
  readonly reason: FeeReason;
}

/** What somebody wants to pay. */
export interface FeeWishes {
  /** Satoshis for 1,000 virtual bytes; an estimate by default. */
  readonly feeRate?: bigint;
  /** Takes that rate though nobody may relay it. */
  readonly overridesMinimum?: boolean;
  /** In how many blocks it should be confirmed. */
  readonly confirmTarget?: number;
  readonly mode?: 'economical' | 'conservative';
}

interface FeeFacts {
  readonly estimate: bigint | undefined;
  readonly terms: RelayTerms;
  /** What counts without a target: `-paytxfee`, `settxfee`. */
  readonly payFeeRate: bigint;
  readonly options: Pick<WalletOptions, 'fallbackFeeRate' | 'minFeeRate'>;
}

/**
 * The rate to pay.
 *
 * @example
 * chooseFeeRate({ feeRate: 5_000n }, facts) // { feeRate: 5_000n, reason: 'asked' }
 * @throws {@link WalletError} `no-fee-rate`; {@link PaymentError} `fee-rate-too-low`: what was asked for is
 * not raised behind anybody's back
 */
export function chooseFeeRate(wishes: FeeWishes, facts: FeeFacts): FeeChoice {
  const { feeRate, overridesMinimum = false } = wishes;
  if (feeRate !== undefined && overridesMinimum) return { feeRate, reason: 'asked' };
  const wanted = wantedRate(wishes, facts);
  const { minRelayFeeRate, minFeeRate } = facts.terms;
  const required = larger(facts.options.minFeeRate, minRelayFeeRate ?? minFeeRate);
  if (wanted.feeRate >= required) return wanted;
  if (feeRate === undefined) return { feeRate: required, reason: 'required' };
  throw new PaymentError('fee-rate-too-low', {
    message: `a fee rate of ${rateText(feeRate)}: allowed are ${rateText(required)} and more`,
    coreWords: `Fee rate (${rateText(feeRate)}) is lower than the minimum fee rate setting (${rateText(required)})`,
  });
}

function wantedRate(wishes: FeeWishes, { estimate, terms, payFeeRate, options }: FeeFacts) {
  const { feeRate, confirmTarget } = wishes;
  if (feeRate !== undefined) return { feeRate, reason: 'asked' } as const;
  if (confirmTarget === undefined && payFeeRate > 0n) {
    return { feeRate: payFeeRate, reason: 'asked' } as const;
  }
  const guess: FeeChoice =
    estimate === undefined
      ? { feeRate: options.fallbackFeeRate, reason: 'fallback' }
      : { feeRate: estimate, reason: 'estimate' };
  if (guess.feeRate === 0n) {
    throw new WalletError(
      'no-fee-rate',
      'nobody knows yet what to pay: name a fee rate, or set -fallbackfee',
      'Fee estimation failed. Fallbackfee is disabled. Wait a few blocks or enable -fallbackfee.',
    );
  }
  const poolMinimum = poolMinimumOf(terms);
  if (guess.feeRate >= poolMinimum) return guess;
  return { feeRate: poolMinimum, reason: 'pool-minimum' } as const;
}

/** What a pool asks for want of room; 0 while it has some. */
function poolMinimumOf({ minFeeRate, minRelayFeeRate = 0n }: RelayTerms): bigint {
  return minFeeRate > minRelayFeeRate ? minFeeRate : 0n;
}

/**
 * A rate as Core's wallet writes it.
 *
 * @example
 * rateText(1_100n) // '1.100 sat/vB'
 */
function rateText(feeRate: bigint): string {
  return `${feeRate / 1_000n}.${String(feeRate % 1_000n).padStart(3, '0')} sat/vB`;
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
