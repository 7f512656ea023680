/** What change costs, and from when on it is worth having. */
import { dustThreshold } from '../../node/mempool/policy/dust.ts';
import { feeAt } from '../../node/mempool/policy/fee-rate.ts';
import type { PaymentRates } from './coin-input.ts';
import { type InputSize, inputVsize, outputSize } from './input-size.ts';

/** Where change goes to. */
export interface ChangeOutput {
  readonly script: Uint8Array;
  /** Of the input that will spend it one day; that of a nested P2WPKH, Core's guess, by default. */
  readonly size?: InputSize;
}

export interface ChangeTerms {
  /** What the output costs now. */
  readonly fee: bigint;
  /** What the output costs now, and what spending it will cost at the discard rate. */
  readonly cost: bigint;
  /** Less than that is left to the miner: it would be dust, or cost as much as it holds. */
  readonly leastValue: bigint;
  /** What the output weighs. */
  readonly weight: number;
}

/** An input that spends P2WPKH in P2SH, in virtual bytes. */
const NESTED_P2WPKH_VSIZE = 91;

/**
 * What a change output means at these rates.
 *
 * @example
 * changeTerms({ script: p2wpkh(hash), size: inputSize(wpkh) }, { ...DEFAULT_RATES, feeRate: 5_000n })
 * // { fee: 155n, cost: 835n, leastValue: 980n, weight: 124 }
 */
export function changeTerms({ script, size }: ChangeOutput, rates: PaymentRates): ChangeTerms {
  const output = { value: 0n, scriptPubKey: script };
  const bytes = outputSize(output);
  const fee = feeAt(rates.feeRate, bytes);
  const spendVsize = size === undefined ? NESTED_P2WPKH_VSIZE : inputVsize(size);
  const spendFee = feeAt(rates.discardFeeRate, spendVsize);
  // An operator may set a discard rate below what the neighbours take for dust.
  const dustRate = larger(rates.discardFeeRate, rates.dustFeeRate);
  return {
    fee,
    cost: fee + spendFee,
    leastValue: larger(spendFee + 1n, dustThreshold(output, dustRate)),
    weight: 4 * bytes,
  };
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
