/** A payment, from what is asked for to a transaction that is ready to be signed. */
import { feeAt } from '../../node/mempool/policy/fee-rate.ts';
import { drawBelow, shuffled } from '../../outside/entropy/draw.ts';
import type { Entropy } from '../../outside/entropy/entropy.ts';
import { ByteSet } from '../../protocol/bytes/byte-map.ts';
import { compactSizeLength } from '../../protocol/bytes/compact-size.ts';
import { coinKey } from '../../protocol/consensus/coin.ts';
import { WITNESS_SCALE_FACTOR } from '../../protocol/consensus/limits.ts';
import type { TxOut } from '../../protocol/primitives/transaction.ts';
import { assemble, type Draft, valueOfCoins, valueOfOutputs } from './assemble.ts';
import { type ChangeTerms, changeTerms } from './change-terms.ts';
import { checkRecipients, maxWeightOf } from './check-request.ts';
import { effectiveValue, type SpendableCoin } from './coin-input.ts';
import { inputWeight, outputSize, signedWeight } from './input-size.ts';
import { PaymentError } from './payment-error.ts';
import type { FeeFloor, Payment, PaymentRequest, SelectionAlgorithm } from './payment-request.ts';
import { insufficientFunds, selectCoins } from './select-coins.ts';
import { changeAmount } from './selection-goal.ts';
import { subtractFee } from './subtract-fee.ts';

/** Version, lock time, a count of inputs, and the witnesses' marker and flag, rounded up. */
const OVERHEAD = 10;

/**
 * Each round makes up for what the last one was short of: a byte more for the number of inputs, or a
 * fee that has to be reached. Two are the rule.
 */
const MAX_ROUNDS = 16;

/**
 * Chooses coins, and makes the transaction that pays with them: never less than the rate asks for, and
 * never with an output that is dust.
 *
 * @example
 * const { tx, fee } = createPayment(
 *   { recipients: [{ script, amount: 100_000n }], coins, change, rates: { ...DEFAULT_RATES, feeRate } },
 *   entropy,
 * );
 * @throws {@link PaymentError}
 */
export function createPayment(request: PaymentRequest, entropy: Entropy): Payment {
  const payment = createOnce(request, entropy);
  const { maxGroupingFee, avoidPartialSpends = false } = request;
  if (maxGroupingFee === undefined || avoidPartialSpends || payment.fee === 0n) return payment;
  const grouped = tryGrouped(request, entropy);
  if (grouped === undefined || grouped.fee > payment.fee + maxGroupingFee) return payment;
  return grouped;
}

function tryGrouped(request: PaymentRequest, entropy: Entropy): Payment | undefined {
  try {
    return createOnce({ ...request, avoidPartialSpends: true }, entropy);
  } catch (error) {
    if (error instanceof PaymentError) return undefined;
    throw error;
  }
}

function createOnce(request: PaymentRequest, entropy: Entropy): Payment {
  checkRecipients(request.recipients, request.rates.dustFeeRate);
  const plan = planFor(request);
  let { target } = plan;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const goal = { ...plan, target };
    const draft = draftPayment(request, goal, chooseCoins(request, goal, entropy), entropy);
    if (!('worthNeeded' in draft)) return assemble(draft, request, entropy);
    target = draft.worthNeeded;
  }
  throw insufficientFunds(target, plan.target);
}

/** What follows from the request alone. */
interface Plan {
  readonly change: ChangeTerms;
  /** Payments, and the fee for everything but inputs and change. */
  readonly target: bigint;
  readonly feeIsSubtracted: boolean;
  /** Of all inputs together. */
  readonly maxWeight: number;
}

function planFor(request: PaymentRequest): Plan {
  const { recipients, rates, change } = request;
  const limit = maxWeightOf(request);
  const outputs = outputsFor(request);
  let size = OVERHEAD + compactSizeLength(outputs.length);
  for (const output of outputs) size += outputSize(output);
  const feeIsSubtracted = recipients.some((recipient) => recipient.subtractFee === true);
  const target = valueOfOutputs(outputs) + (feeIsSubtracted ? 0n : feeAt(rates.feeRate, size));
  if (target === 0n && (request.required ?? []).length === 0) {
    throw new PaymentError('nothing-to-pay');
  }
  const maxWeight = limit - size * WITNESS_SCALE_FACTOR;
  if (maxWeight <= 0) {
    throw new PaymentError('outputs-too-heavy', {
      message: `the outputs alone make the transaction weigh ${limit - maxWeight}: allowed are ${limit} at most`,
    });
  }
  const terms = changeTerms(change ?? { script: new Uint8Array(0) }, rates);
  return { change: terms, target, feeIsSubtracted, maxWeight };
}

function outputsFor({ recipients }: PaymentRequest): readonly TxOut[] {
  return recipients.map(({ script, amount }) => ({ value: amount, scriptPubKey: script }));
}

interface Chosen {
  /** Those that were required come first. */
  readonly coins: readonly SpendableCoin[];
  readonly algorithm: SelectionAlgorithm;
}

function chooseCoins(request: PaymentRequest, plan: Plan, entropy: Entropy): Chosen {
  const { target } = plan;
  const { required = [], coins, rates } = request;
  const { mayAddCoins = true, avoidPartialSpends = false } = request;
  const covered = worthOf(required, plan, rates.feeRate);
  const missing = target - covered;
  if (missing <= 0n && required.length > 0) return { coins: required, algorithm: 'manual' };
  if (!mayAddCoins) throw preselectedShort(target, covered);
  const weight = required.reduce((sum, { size }) => sum + inputWeight(size) + 1, 0);
  const goal = { ...plan, rates, avoidPartialSpends, covered, target: missing };
  const others = without(coins, required);
  const { groups, algorithm } = selectBeside(weight, others, goal, entropy);
  const selected = shuffled(
    entropy,
    groups.flatMap((group) => group.coins),
  );
  return { coins: [...required, ...selected], algorithm };
}

/** Beside inputs that weigh so much already; if that is why there is no room, it is told. */
function selectBeside(
  weight: number,
  coins: readonly SpendableCoin[],
  goal: Parameters<typeof selectCoins>[1],
  entropy: Entropy,
): ReturnType<typeof selectCoins> {
  try {
    return selectCoins(coins, { ...goal, maxWeight: goal.maxWeight - weight }, entropy);
  } catch (error) {
    if (weight === 0 || !isForWeight(error)) throw error;
    selectCoins(coins, goal, entropy);
    throw new PaymentError('combination-too-heavy');
  }
}

/** Inputs that are heavy enough by themselves leave no room even for change. */
function isForWeight(error: unknown): boolean {
  if (!(error instanceof PaymentError)) return false;
  return error.code === 'inputs-too-heavy' || error.code === 'no-room-for-change';
}

function without(
  coins: readonly SpendableCoin[],
  others: readonly SpendableCoin[],
): readonly SpendableCoin[] {
  if (others.length === 0) return coins;
  const keys = new ByteSet();
  for (const { outPoint } of others) keys.add(coinKey(outPoint));
  return coins.filter(({ outPoint }) => !keys.has(coinKey(outPoint)));
}

function worthOf(coins: readonly SpendableCoin[], plan: Plan, feeRate: bigint): bigint {
  if (plan.feeIsSubtracted) return valueOfCoins(coins);
  return coins.reduce((sum, coin) => sum + effectiveValue(coin, feeRate), 0n);
}

function preselectedShort(needed: bigint, available: bigint): PaymentError {
  return new PaymentError('preselected-short', {
    message: `the coins that were named are worth ${available} sat at this fee rate, and the payment takes ${needed} sat: name more, or let others be added`,
    shortage: { needed, available },
  });
}

/** Outputs and change for these coins; or how much they had to be worth, where it is too little. */
function draftPayment(
  request: PaymentRequest,
  plan: Plan,
  { coins, algorithm }: Chosen,
  entropy: Entropy,
): Draft | { readonly worthNeeded: bigint } {
  const gathered = worthOf(coins, plan, request.rates.feeRate);
  if (changeAmount(gathered, plan) > 0n) {
    const withChange = draftWithChange(request, plan, coins, entropy);
    if (withChange !== undefined) return { ...withChange, coins, algorithm };
  }
  const outputs = outputsFor(request);
  const needed = feeNeeded(request, coins, outputs);
  const paid = valueOfCoins(coins) - valueOfOutputs(outputs);
  if (plan.feeIsSubtracted) {
    const reduced = subtractFee(outputs, request.recipients, needed - paid, request.rates);
    return { coins, outputs: reduced, changePosition: undefined, algorithm };
  }
  if (paid < needed) return { worthNeeded: gathered + needed - paid };
  return { coins, outputs, changePosition: undefined, algorithm };
}

/** Undefined where less is left, once every byte is counted, than is worth an output. */
function draftWithChange(
  request: PaymentRequest,
  plan: Plan,
  coins: readonly SpendableCoin[],
  entropy: Entropy,
): Pick<Draft, 'outputs' | 'changePosition'> | undefined {
  const { recipients, rates, change } = request;
  if (change === undefined) throw noChangeScript(request.changeProblem);
  const payments = outputsFor(request);
  const prototype = { value: 0n, scriptPubKey: change.script };
  const needed = feeNeeded(request, coins, [...payments, prototype]);
  const over = valueOfCoins(coins) - valueOfOutputs(payments);
  const value = plan.feeIsSubtracted ? over : over - needed;
  if (value < plan.change.leastValue) return undefined;
  const paid = plan.feeIsSubtracted ? subtractFee(payments, recipients, needed, rates) : payments;
  const position = request.changePosition ?? drawBelow(entropy, payments.length + 1);
  if (position > payments.length || position < 0) {
    throw new PaymentError('bad-change-position', {
      message: `change at position ${position}: allowed are 0 to ${payments.length}`,
    });
  }
  return {
    outputs: paid.toSpliced(position, 0, { ...prototype, value }),
    changePosition: position,
  };
}

function noChangeScript(problem: string | undefined): PaymentError {
  const plain = new PaymentError('no-change-script');
  if (problem === undefined) return plain;
  return new PaymentError('no-change-script', { coreWords: `${plain.coreWords} ${problem}` });
}

function feeNeeded(
  { rates, feeFloor, ancestorFeeOf }: Pick<PaymentRequest, 'rates' | 'feeFloor' | 'ancestorFeeOf'>,
  coins: readonly SpendableCoin[],
  outputs: readonly TxOut[],
): bigint {
  const weight = signedWeight(
    coins.map(({ size }) => size),
    outputs,
  );
  const vsize = Math.ceil(weight / WITNESS_SCALE_FACTOR);
  const byRate = feeAt(rates.feeRate, vsize) + (ancestorFeeOf?.(coins) ?? 0n);
  const floor = feeFloor === undefined ? 0n : floorAt(feeFloor, vsize);
  return byRate > floor ? byRate : floor;
}

/** The fee that a floor asks for, for a transaction of so many virtual bytes. */
function floorAt({ base, feeRate }: FeeFloor, vsize: number): bigint {
  return base + feeAt(feeRate, vsize);
}
