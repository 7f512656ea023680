/**
 * A payment once more, with a higher fee (BIP125). The replacement spends all coins of what it replaces,
 * though a single one would do: replaced twice, two of the three transactions might else both confirm,
 * and pay twice.
 */
import { feeAt, feeRateOf } from '../../node/mempool/policy/fee-rate.ts';
import type { Entropy } from '../../outside/entropy/entropy.ts';
import { formatMoney } from '../../protocol/consensus/format-money.ts';
import { WITNESS_SCALE_FACTOR } from '../../protocol/consensus/limits.ts';
import { type Transaction, type TxOut, txWeight } from '../../protocol/primitives/transaction.ts';
import { valueOfCoins, valueOfOutputs } from './assemble.ts';
import type { PaymentRates, SpendableCoin } from './coin-input.ts';
import { createPayment } from './create-payment.ts';
import { signedWeight } from './input-size.ts';
import { PaymentError } from './payment-error.ts';
import type { Payment, PaymentRequest, Recipient } from './payment-request.ts';

/** What is to be replaced. */
export interface Replaceable {
  /** Signed. */
  readonly tx: Transaction;
  /** What each of its inputs spends, in their order. */
  readonly coins: readonly SpendableCoin[];
  /** The output that came back; undefined where none did. */
  readonly changePosition: number | undefined;
}

/** What a node asks of a replacement, in satoshis for 1,000 virtual bytes. */
export interface BumpRules {
  /** On top of what is replaced: Core's `-incrementalrelayfee`. */
  readonly incrementalFeeRate: bigint;
  /** The least that gets into the pool at all. */
  readonly minFeeRate: bigint;
  /** The least that the wallet pays; the same by default. */
  readonly requiredFeeRate?: bigint;
  /** What a payment would pay now: no replacement pays less, unless it is told to. */
  readonly usualFeeRate?: bigint;
}

export interface BumpRequest
  extends Omit<
    PaymentRequest,
    'recipients' | 'required' | 'mayAddCoins' | 'rates' | 'feeFloor' | 'maxGroupingFee'
  > {
  readonly original: Replaceable;
  readonly rules: BumpRules;
  readonly rates: Omit<PaymentRates, 'feeRate'>;
  /** What the user wants to pay, in satoshis for 1,000 virtual bytes; enough to replace by default. */
  readonly feeRate?: bigint;
  /** Other outputs instead of those of the original, change aside. */
  readonly recipients?: readonly Recipient[];
  /** The outputs for whose size a rate that is wanted has to be enough; the recipients by default. */
  readonly checkedOutputs?: readonly TxOut[];
  /** What the coins of the original cost beyond their inputs, at a rate. */
  readonly ancestorFeeAt?: (feeRate: bigint) => bigint;
}

export interface Bump extends Payment {
  readonly oldFee: bigint;
}

/** Wallets leave room for nodes that ask for more than the usual 1,000. Core's number. */
const WALLET_INCREMENTAL_FEE_RATE = 5_000n;
const FIRST_FINAL_SEQUENCE = 0xfffffffe;

/**
 * Whether a transaction says that it may be replaced (BIP125).
 *
 * @example
 * signalsReplacement(tx) // true
 */
export function signalsReplacement(tx: Transaction): boolean {
  return tx.inputs.some(({ sequence }) => sequence < FIRST_FINAL_SEQUENCE);
}

/**
 * The rate that replaces a transaction for sure: its own, and the increment on top.
 *
 * @example
 * bumpFeeRate(original, { incrementalFeeRate: 1_000n, minFeeRate: 1_000n }) // 6419n
 */
export function bumpFeeRate(original: Replaceable, rules: BumpRules): bigint {
  const vsize = Math.ceil(txWeight(original.tx) / WITNESS_SCALE_FACTOR);
  // The rate of a fee is rounded down, and would fall short by less than one.
  const old = feeRateOf(feeOf(original), vsize) + 1n;
  return [rules.minFeeRate, rules.usualFeeRate ?? 0n].reduce(larger, old + incrementOf(rules));
}

/**
 * The replacement: the same coins, and more if they do not suffice; the same outputs, with less change.
 * Where all of it came back, the fee comes off that. `coins` are those that may join, and all of them
 * have to be confirmed (BIP125's rule 2).
 *
 * @example
 * bumpFee({ original, coins, rules, change, rates: DEFAULT_RATES }, entropy).fee
 * @throws {@link PaymentError} `not-replaceable`, `bump-below-pool-minimum`, `bump-below-increment`, and
 * what {@link createPayment} throws
 */
export function bumpFee(request: BumpRequest, entropy: Entropy): Bump {
  const { original, rules, rates, recipients: given, feeRate: wanted, ...others } = request;
  const { checkedOutputs: _, ancestorFeeAt, ...rest } = others;
  if (!signalsReplacement(original.tx)) throw new PaymentError('not-replaceable');
  const oldFee = feeOf(original);
  const { recipients, change } = outputsAgain(request, given);
  if (wanted !== undefined) checkWantedRate(request, wanted, given, oldFee);
  const feeRate = wanted ?? bumpFeeRate(original, rules);
  const payment = createPayment(
    {
      ...rest,
      recipients,
      change,
      required: original.coins,
      ...(ancestorFeeAt !== undefined && { ancestorFeeOf: () => ancestorFeeAt(feeRate) }),
      rates: { ...rates, feeRate },
      // Rules 3 and 4, whatever becomes of the size: change may be dropped.
      feeFloor: { base: oldFee, feeRate: rules.incrementalFeeRate },
    },
    entropy,
  );
  return { ...payment, oldFee };
}

function outputsAgain(
  { original: { tx, coins, changePosition }, change }: BumpRequest,
  given: readonly Recipient[] | undefined,
): Pick<PaymentRequest, 'recipients' | 'change'> {
  if (given !== undefined) return { recipients: given, change };
  const returned = changePosition === undefined ? undefined : tx.outputs[changePosition];
  const recipients = tx.outputs.filter((_, i) => i !== changePosition).map(recipientOf);
  if (returned === undefined) return { recipients, change };
  const { scriptPubKey: script } = returned;
  if (recipients.length === 0) {
    // With the old fee in it, which would else come back as another output.
    const amount = valueOfCoins(coins);
    return { recipients: [{ script, amount, subtractFee: true }], change };
  }
  // The same address again: whoever watches learns nothing new from it.
  const again = change?.size === undefined ? { script } : { script, size: change.size };
  return { recipients, change: again };
}

function recipientOf({ value, scriptPubKey }: Transaction['outputs'][number]): Recipient {
  return { script: scriptPubKey, amount: value };
}

/** What a user wants to pay has to be enough; it is not raised behind his back. */
function checkWantedRate(
  { original, rules, maxFee, checkedOutputs, ancestorFeeAt }: BumpRequest,
  feeRate: bigint,
  given: readonly Recipient[] | undefined,
  oldFee: bigint,
): void {
  if (feeRate < rules.minFeeRate) {
    throw new PaymentError('bump-below-pool-minimum', {
      message: `a fee rate of ${feeRate} sat/kvB does not get into the pool: ${rules.minFeeRate} sat/kvB at least do`,
      coreWords: `New fee rate (${formatMoney(feeRate)}) is lower than the minimum fee rate (${formatMoney(rules.minFeeRate)}) to get into the mempool -- `,
    });
  }
  const { coins, tx } = original;
  const outputs = given?.map(({ script, amount }) => ({ value: amount, scriptPubKey: script }));
  const weight = signedWeight(
    coins.map(({ size }) => size),
    checkedOutputs ?? outputs ?? tx.outputs,
  );
  const vsize = Math.ceil(weight / WITNESS_SCALE_FACTOR);
  const fee = feeAt(feeRate, vsize) + (ancestorFeeAt?.(feeRate) ?? 0n);
  checkWantedFee(fee, vsize, { rules, maxFee, oldFee });
}

interface WantedFeeRules {
  readonly rules: BumpRules;
  readonly maxFee: bigint | undefined;
  readonly oldFee: bigint;
}

function checkWantedFee(
  fee: bigint,
  vsize: number,
  { rules, maxFee, oldFee }: WantedFeeRules,
): void {
  // Of a rate that somebody names, no more is asked than nodes do.
  const increment = feeAt(rules.incrementalFeeRate, vsize);
  const [shown, old, more] = [fee, oldFee, increment].map(formatMoney);
  if (fee < oldFee + increment) {
    throw new PaymentError('bump-below-increment', {
      message: `a fee of ${fee} sat is too low for a replacement: ${oldFee + increment} sat at least are needed, ${increment} sat more than it replaces`,
      coreWords: `Insufficient total fee ${shown}, must be at least ${formatMoney(oldFee + increment)} (oldFee ${old} + incrementalFee ${more})`,
    });
  }
  const required = feeAt(rules.requiredFeeRate ?? rules.minFeeRate, vsize);
  if (fee < required) {
    throw new PaymentError('bump-below-increment', {
      message: `a fee of ${fee} sat is too low: ${required} sat at least are needed`,
      coreWords: `Insufficient total fee (cannot be less than required fee ${formatMoney(required)})`,
    });
  }
  if (maxFee === undefined || fee <= maxFee) return;
  throw new PaymentError('bump-too-high', {
    message: `the fee would be ${fee} sat: allowed are ${maxFee} sat at most`,
    coreWords: `Specified or calculated fee ${shown} is too high (cannot be higher than -maxtxfee ${formatMoney(maxFee)})`,
  });
}

function incrementOf({ incrementalFeeRate }: BumpRules): bigint {
  return larger(incrementalFeeRate, WALLET_INCREMENTAL_FEE_RATE);
}

function feeOf({ tx, coins }: Replaceable): bigint {
  return valueOfCoins(coins) - valueOfOutputs(tx.outputs);
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
