/** Which fee a transaction has to pay at least, and which a package together. */
import { feeAt } from './fee-rate.ts';
import { TRUC_VERSION } from './limits.ts';
import { PolicyError } from './policy-error.ts';

/** What the fee is compared with. Rates are satoshis for 1,000 virtual bytes. */
export interface FeeFloor {
  readonly minRelayFeeRate: bigint;
  /** The pool's own minimum, which rises when it is full. */
  readonly poolMinFeeRate: bigint;
}

/** A transaction, or several together, as far as fees go. */
export interface PayingTx {
  /** Satoshis, with what the operator added to it. */
  readonly modifiedFee: bigint;
  readonly vsize: number;
}

/**
 * The minimum of the pool and of relaying, for a transaction or a package as a whole. A package whose
 * fee is enough brings in parents that would not get in by themselves.
 *
 * @throws {@link PolicyError} `mempool min fee not met`, `min relay fee not met`: reconsiderable.
 */
export function checkFeeFloor({ modifiedFee, vsize }: PayingTx, floor: FeeFloor): void {
  const poolFee = feeAt(floor.poolMinFeeRate, vsize);
  if (poolFee > 0n && modifiedFee < poolFee) {
    const details = `${modifiedFee} < ${poolFee}`;
    throw new PolicyError('mempool min fee not met', 'reconsiderable', details);
  }
  const relayFee = feeAt(floor.minRelayFeeRate, vsize);
  if (modifiedFee < relayFee) throw belowRelayFee('reconsiderable', modifiedFee, relayFee);
}

/**
 * The relay minimum that a transaction has to meet by itself, in a package too: the child that paid
 * for it might be replaced, and it would stay for nothing. Version 3 is exempt, because there the two
 * only ever leave together.
 *
 * @throws {@link PolicyError} `min relay fee not met`: not to be reconsidered.
 */
export function checkOwnRelayFee(
  { modifiedFee, vsize, version }: PayingTx & { readonly version: number },
  minRelayFeeRate: bigint,
): void {
  if (version === TRUC_VERSION) return;
  const relayFee = feeAt(minRelayFeeRate, vsize);
  if (modifiedFee < relayFee) throw belowRelayFee('mempool-policy', modifiedFee, relayFee);
}

function belowRelayFee(
  ground: 'mempool-policy' | 'reconsiderable',
  fee: bigint,
  least: bigint,
): PolicyError {
  return new PolicyError('min relay fee not met', ground, `${fee} < ${least}`);
}
