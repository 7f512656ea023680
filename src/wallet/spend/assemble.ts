/** From chosen coins and outputs to the transaction around them. */
import { MIN_STANDARD_TX_NONWITNESS_SIZE } from '../../node/mempool/policy/limits.ts';
import type { Entropy } from '../../outside/entropy/entropy.ts';
import { WITNESS_SCALE_FACTOR } from '../../protocol/consensus/limits.ts';
import type { Transaction, TxOut } from '../../protocol/primitives/transaction.ts';
import { maxWeightOf } from './check-request.ts';
import type { SpendableCoin } from './coin-input.ts';
import { signedWeight } from './input-size.ts';
import { antiFeeSnipingLockTime } from './lock-time.ts';
import { PaymentError } from './payment-error.ts';
import type { Payment, TransactionForm } from './payment-request.ts';

/** The largest sequence that says that the transaction may be replaced (BIP125). */
const SEQUENCE_REPLACEABLE = 0xfffffffd;
/** The largest one that leaves the lock time in force. */
const SEQUENCE_WITH_LOCK_TIME = 0xfffffffe;

const DEFAULT_VERSION = 2;
const NO_SCRIPT = new Uint8Array(0);

/** What has been decided on. */
export interface Draft {
  readonly coins: readonly SpendableCoin[];
  readonly outputs: readonly TxOut[];
  readonly changePosition: number | undefined;
  readonly algorithm: Payment['algorithm'];
}

/**
 * The transaction without signatures, in the form that is asked for.
 *
 * @throws {@link PaymentError} `too-large`, `too-small`, `fee-too-high`
 */
export function assemble(draft: Draft, form: TransactionForm, entropy: Entropy): Payment {
  const { coins, outputs, changePosition, algorithm } = draft;
  const fee = valueOfCoins(coins) - valueOfOutputs(outputs);
  const weight = signedWeight(
    coins.map(({ size }) => size),
    outputs,
  );
  const vsize = Math.ceil(weight / WITNESS_SCALE_FACTOR);
  checkWeight(weight, form);
  checkSize(coins, outputs);
  checkFee(fee, form.maxFee);
  const tx = unsigned(draft, form, entropy);
  return { tx, coins, fee, changePosition, weight, vsize, algorithm };
}

export function valueOfCoins(coins: readonly SpendableCoin[]): bigint {
  let sum = 0n;
  for (const { output } of coins) sum += output.value;
  return sum;
}

export function valueOfOutputs(outputs: readonly TxOut[]): bigint {
  let sum = 0n;
  for (const { value } of outputs) sum += value;
  return sum;
}

function unsigned(draft: Draft, form: TransactionForm, entropy: Entropy): Transaction {
  const { replaceable = true, version = DEFAULT_VERSION } = form;
  const usual = replaceable ? SEQUENCE_REPLACEABLE : SEQUENCE_WITH_LOCK_TIME;
  // A sequence that somebody asked for may mean that the lock time does not count, or is told by others.
  const isOwnForm = draft.coins.every(({ sequence }) => sequence === undefined);
  const lockTime = form.lockTime ?? (isOwnForm ? antiFeeSnipingLockTime(form.tip, entropy) : 0);
  return {
    version,
    inputs: draft.coins.map(({ outPoint, sequence = usual }) => ({
      prevout: outPoint,
      scriptSig: NO_SCRIPT,
      sequence,
      witness: [],
    })),
    outputs: draft.outputs,
    lockTime,
  };
}

/** @throws {@link PaymentError} `fee-too-high` */
export function checkFee(fee: bigint, maxFee: bigint | undefined): void {
  if (maxFee === undefined || fee <= maxFee) return;
  throw new PaymentError('fee-too-high', {
    message: `the fee would be ${fee} sat: allowed are ${maxFee} sat at most`,
  });
}

/** @throws {@link PaymentError} `too-large`, `bad-max-weight` */
export function checkWeight(weight: number, form: TransactionForm): void {
  const maxWeight = maxWeightOf(form);
  if (weight <= maxWeight) return;
  throw new PaymentError('too-large', {
    message: `the transaction would weigh ${weight}: allowed are ${maxWeight} at most`,
  });
}

function checkSize(coins: readonly SpendableCoin[], outputs: readonly TxOut[]): void {
  const stripped = signedWeight(
    coins.map(({ size: { scriptSig } }) => ({ scriptSig, witness: 0 })),
    outputs,
  );
  if (stripped < MIN_STANDARD_TX_NONWITNESS_SIZE * WITNESS_SCALE_FACTOR) {
    throw new PaymentError('too-small', {
      message: `the transaction would have ${stripped / WITNESS_SCALE_FACTOR} bytes without its witnesses: nodes relay none of less than ${MIN_STANDARD_TX_NONWITNESS_SIZE}`,
    });
  }
}
