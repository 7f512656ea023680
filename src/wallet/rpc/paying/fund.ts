/** Transactions that are put together with the wallet's coins, as `fundrawtransaction` and its kin do it. */
import {
  amountFrom,
  arrayFrom,
  booleanFrom,
  checkFields,
  type FieldTypes,
  int32From,
  objectFrom,
  stringFrom,
} from '../../../node/rpc/arguments.ts';
import { scriptOf } from '../../../node/rpc/construct-transaction.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { NOTHING_KNOWN } from '../../../protocol/script/descriptor/known-solutions.ts';
import type { Completed } from '../../drafts.ts';
import type { PaymentWishes } from '../../payer.ts';
import type { Payment, Recipient } from '../../spend/payment-request.ts';
import type { Wallet } from '../../wallet.ts';
import { OUTPUT_TYPES } from '../wallet-arguments.ts';
import type { WalletCall } from '../wallet-method.ts';
import { feeWishesFrom, isGiven } from './fee-wishes-from.ts';
import { numbered } from './payment-number.ts';
import {
  inputWeightsFrom,
  type PresetOptions,
  presetCoins,
  withScriptsOf,
} from './preset-inputs.ts';
import { solvingDataFrom } from './solving-data.ts';

export type Options = ReadonlyMap<string, JsonValue>;

export interface FundRequest {
  /** Its inputs are spent in any case, its version and its lock time are kept. */
  readonly tx: Transaction;
  readonly recipients: readonly Recipient[];
  /** Once, `true` stood for coins that are only watched. */
  readonly options: Options | boolean | undefined;
  readonly mayAddCoins: boolean;
  /** Whether a fee rate may be lower than what is relayed. */
  readonly overridesMinimum: boolean;
}

type FundWishes = PaymentWishes & { readonly locks?: boolean };

const OPTION_TYPES: FieldTypes = {
  add_inputs: 'bool',
  include_unsafe: 'bool',
  add_to_wallet: 'bool',
  changeAddress: 'string',
  change_address: 'string',
  changePosition: 'number',
  change_position: 'number',
  change_type: 'string',
  includeWatching: 'bool',
  include_watching: 'bool',
  inputs: 'array',
  lockUnspents: 'bool',
  lock_unspents: 'bool',
  locktime: 'number',
  fee_rate: 'any',
  feeRate: 'any',
  psbt: 'bool',
  solving_data: 'object',
  subtractFeeFromOutputs: 'array',
  subtract_fee_from_outputs: 'array',
  replaceable: 'bool',
  conf_target: 'number',
  estimate_mode: 'string',
  minconf: 'number',
  maxconf: 'number',
  input_weights: 'array',
  max_tx_weight: 'number',
};

/** What there is to know before coins are chosen. */
interface FundPlan {
  readonly wallet: Wallet;
  readonly wishes: FundWishes;
}

/**
 * A payment that spends the inputs of a transaction, and others if they do not suffice.
 *
 * @throws RpcError -3, -4, -5, -8
 */
export async function fund(request: FundRequest, call: WalletCall): Promise<Payment> {
  const { wallet, wishes } = await planFunding(request, call);
  const payment = await numbered(RPC.wallet, () =>
    wallet.drafts.prepare(request.recipients, wishes),
  );
  return { ...payment, tx: withScriptsOf(payment.tx, request.tx) };
}

/** The same, signed at once, as far as the wallet can; with `keeps`, kept and sent if that is all of it. */
export async function fundAndSign(
  request: FundRequest,
  call: WalletCall,
  keeps: boolean,
): Promise<Completed> {
  const { wallet, wishes } = await planFunding(request, call);
  const { payer, drafts } = wallet;
  return numbered(RPC.wallet, async () => {
    const facts = await payer.facts(wishes);
    return drafts.complete(
      (batch) => {
        const { tx } = payer.create(request.recipients, facts, wishes, batch);
        if (wishes.locks === true) drafts.lock(tx, batch);
        return withScriptsOf(tx, request.tx);
      },
      { keeps },
    );
  });
}

async function planFunding(request: FundRequest, call: WalletCall): Promise<FundPlan> {
  const { tx, recipients, options } = request;
  const wallet = await call.wallet();
  const wishes = wishesFrom(request, wallet, call);
  const preset = presetOptions(options, wishes, wallet);
  const weight = options instanceof Map ? given(options, 'max_tx_weight') : undefined;
  const maxWeight = weight === undefined ? {} : { maxWeight: int32From(weight) };
  if (recipients.length === 0) throw invalid('TX must have at least one output');
  const required = await presetCoins(tx, wallet, preset, call);
  return {
    wallet,
    wishes: {
      ...{ ...wishes, ...maxWeight, required },
      ...{ version: tx.version, lockTime: tx.lockTime },
      limitsChains: call.desk.rejectsLongChains,
    },
  };
}

/** A field of options, by the first of its names that is there. What is null is there, as in Core. */
export function given(options: Options, ...names: readonly string[]): JsonValue | undefined {
  const name = names.find((each) => options.has(each));
  return name === undefined ? undefined : options.get(name);
}

/** Whether coins are used that others sign for: always where this wallet only watches. */
export function signsElsewhereFrom(value: JsonValue | undefined, { state }: Wallet): boolean {
  return isGiven(value) ? booleanFrom(value) : !state.format.hasPrivateKeys;
}

function wishesFrom(
  { options, recipients, mayAddCoins, overridesMinimum }: FundRequest,
  wallet: Wallet,
  call: WalletCall,
): FundWishes {
  const signsElsewhere =
    typeof options === 'boolean' ? options : signsElsewhereFrom(undefined, wallet);
  if (options === undefined || typeof options === 'boolean') return { mayAddCoins, signsElsewhere };
  checkFields(options, OPTION_TYPES, { allowMissing: true, strict: true });
  const added = given(options, 'add_inputs');
  const change = changeWishes(options, recipients.length, call);
  const watching = given(options, 'include_watching', 'includeWatching');
  const locks = given(options, 'lock_unspents', 'lockUnspents');
  const unsafe = given(options, 'include_unsafe');
  const rate = oldFeeRate(options);
  const replaceable = given(options, 'replaceable');
  const depths = depthsFrom(options);
  const fee = feeWishesFrom(feeArguments(options), call);
  return {
    mayAddCoins: added === undefined ? mayAddCoins : booleanFrom(added),
    ...change,
    signsElsewhere: signsElsewhereFrom(watching, wallet),
    locks: locks !== undefined && booleanFrom(locks),
    includesUnsafe: unsafe !== undefined && booleanFrom(unsafe),
    ...depths,
    ...fee,
    ...(fee.feeRate !== undefined && { overridesMinimum }),
    ...rate,
    ...(replaceable !== undefined && { replaceable: booleanFrom(replaceable) }),
  };
}

export function feeArguments(options: Options) {
  return {
    confTarget: given(options, 'conf_target'),
    estimateMode: given(options, 'estimate_mode'),
    feeRate: given(options, 'fee_rate'),
  };
}

function changeWishes(
  options: Options,
  outputs: number,
  { context: { node } }: WalletCall,
): Pick<PaymentWishes, 'changeScript' | 'changePosition' | 'changeType'> {
  const address = given(options, 'change_address', 'changeAddress');
  const position = given(options, 'change_position', 'changePosition');
  const type = given(options, 'change_type');
  const changeScript =
    address === undefined
      ? undefined
      : scriptOf(stringFrom(address), node.chain.params.addressPrefixes);
  if (address !== undefined && changeScript === undefined) {
    throw badAddress('Change address must be a valid bitcoin address');
  }
  const changePosition = position === undefined ? undefined : int32From(position);
  if (changePosition !== undefined && (changePosition < 0 || changePosition > outputs)) {
    throw invalid('changePosition out of bounds');
  }
  if (type !== undefined && address !== undefined) {
    throw invalid('Cannot specify both change address and address type options');
  }
  const changeType = OUTPUT_TYPES.find((known) => known === type);
  if (type !== undefined && changeType === undefined) {
    throw badAddress(`Unknown change type '${stringFrom(type)}'`);
  }
  return {
    ...(changeScript !== undefined && { changeScript }),
    ...(changePosition !== undefined && { changePosition }),
    ...(changeType !== undefined && { changeType }),
  };
}

/** The rate in bitcoins, as it was before there was `fee_rate`. */
function oldFeeRate(options: Options): Pick<PaymentWishes, 'feeRate' | 'overridesMinimum'> {
  if (!options.has('feeRate')) return {};
  if (options.has('fee_rate')) {
    throw invalid('Cannot specify both fee_rate (sat/vB) and feeRate (BTC/kvB)');
  }
  if (options.has('conf_target')) {
    throw invalid(
      'Cannot specify both conf_target and feeRate. Please provide either a confirmation target in blocks for automatic fee estimation, or an explicit fee rate.',
    );
  }
  if (options.has('estimate_mode')) {
    throw invalid('Cannot specify both estimate_mode and feeRate');
  }
  return { feeRate: amountFrom(options.get('feeRate')), overridesMinimum: true };
}

function depthsFrom(options: Options): Pick<PaymentWishes, 'minDepth' | 'maxDepth'> {
  const [least, most] = [given(options, 'minconf'), given(options, 'maxconf')];
  const minDepth = least === undefined ? 0 : int32From(least);
  if (minDepth < 0) throw invalid('Negative minconf');
  return { minDepth, ...maxDepthFrom(most, minDepth) };
}

/** @throws RpcError -8 */
export function maxDepthFrom(
  value: JsonValue | undefined,
  minDepth: number,
): Pick<PaymentWishes, 'maxDepth'> {
  if (value === undefined) return {};
  const maxDepth = int32From(value);
  if (maxDepth >= minDepth) return { maxDepth };
  throw invalid(`maxconf can't be lower than minconf: ${maxDepth} < ${minDepth}`);
}

function presetOptions(
  options: FundRequest['options'],
  { signsElsewhere = false }: FundWishes,
  { state }: Wallet,
): PresetOptions {
  if (!(options instanceof Map)) {
    return { signsElsewhere, known: NOTHING_KNOWN, weights: new Map() };
  }
  const known = solvingDataFrom(options.get('solving_data'), state.options.chain);
  const list = given(options, 'input_weights');
  return {
    ...{ signsElsewhere, known },
    weights: inputWeightsFrom(list === undefined ? [] : arrayFrom(list)),
  };
}

/**
 * Options with the weights that stand among the inputs.
 *
 * @throws RpcError -8
 */
export function withInputWeights(options: Options, inputs: JsonValue | undefined): Options {
  if (options.has('input_weights')) {
    throw invalid('Input weights should be specified in inputs rather than in options.');
  }
  const list = isGiven(inputs) ? arrayFrom(inputs) : [];
  if (list.length === 0) return options;
  const weights = list.filter((input) => objectFrom(input).has('weight'));
  return new Map([...options, ['input_weights', weights]]);
}

function badAddress(message: string): RpcError {
  return new RpcError(RPC.invalidAddressOrKey, message);
}

function invalid(message: string): RpcError {
  return new RpcError(RPC.invalidParameter, message);
}
