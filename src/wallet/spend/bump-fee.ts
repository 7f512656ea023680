/**
 * A payment once more, with a higher fee (BIP125). The replacement spends all coins of what it replaces,
 * though a single one would do: replaced twice, two of the three transactions might else both confirm,
 * and pay twice.
 */
import { feeAt, feeRateOf } from '../../node/mempool/policy/fee-rate.ts';
import type { Entropy } from '../../outside/entropy/entropy.ts';
import { WITNESS_SCALE_FACTOR } from '../../protocol/consensus/limits.ts';
import { COIN } from '../../protocol/primitives/amount.ts';
import { type Transaction, txWeight } from '../../protocol/primitives/transaction.ts';
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
  return larger(old + incrementOf(rules), rules.minFeeRate);
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
  const { original, rules, rates, recipients: given, feeRate: wanted, ...rest } = request;
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
  { original, rules }: BumpRequest,
  feeRate: bigint,
  given: readonly Recipient[] | undefined,
  oldFee: bigint,
): void {
  if (feeRate < rules.minFeeRate) {
    throw new PaymentError('bump-below-pool-minimum', {
      message: `a fee rate of ${feeRate} sat/kvB does not get into the pool: ${rules.minFeeRate} sat/kvB at least do`,
      coreWords: `New fee rate (${money(feeRate)}) is lower than the minimum fee rate (${money(rules.minFeeRate)}) to get into the mempool -- `,
    });
  }
  const { coins, tx } = original;
  const outputs = given?.map(({ script, amount }) => ({ value: amount, scriptPubKey: script }));
  const weight = signedWeight(
    coins.map(({ size }) => size),
    outputs ?? tx.outputs,
  );
  const vsize = Math.ceil(weight / WITNESS_SCALE_FACTOR);
  const fee = feeAt(feeRate, vsize);
  const increment = feeAt(incrementOf(rules), vsize);
  if (fee >= oldFee + increment) return;
  throw new PaymentError('bump-below-increment', {
    message: `a fee of ${fee} sat is too low for a replacement: ${oldFee + increment} sat at least are needed, ${increment} sat more than it replaces`,
    coreWords: `Insufficient total fee ${money(fee)}, must be at least ${money(oldFee + increment)} (oldFee ${money(oldFee)} + incrementalFee ${money(increment)})`,
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

/** Amounts as Core's messages write them: eight decimals, less zeros at the end, two at least. */
function money(amount: bigint): string {
  const decimals = String(amount % COIN).padStart(8, '0');
  return `${amount / COIN}.${decimals.replace(/0{1,6}$/, '')}`;
}
