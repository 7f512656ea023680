/** `send` and `sendall`: payments that are sent where the wallet can sign them, and else are PSBTs. */
import { arrayFrom, booleanFrom, objectFrom, stringFrom } from '../../../node/rpc/arguments.ts';
import { constructTransaction, namedOutputsFrom } from '../../../node/rpc/construct-transaction.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import { toHex, toReversedHex } from '../../../protocol/bytes/hex.ts';
import { encodeTx } from '../../../protocol/primitives/transaction.ts';
import { txid } from '../../../protocol/primitives/transaction-id.ts';
import { formatPsbt } from '../../../protocol/psbt/encode-psbt.ts';
import type { Json } from '../../../protocol/report/json-text.ts';
import { JsonNumber, type JsonValue } from '../../../protocol/report/json-value.ts';
import type { Completed } from '../../drafts.ts';
import { isGiven } from '../paying/fee-wishes-from.ts';
import { fundAndSign, given, type Options, withInputWeights } from '../paying/fund.ts';
import {
  feeParameters,
  fundParameters,
  namedOnly,
  newFundParameters,
  outputsUsage,
} from '../paying/parameters.ts';
import { recipientsOf } from '../paying/recipients.ts';
import { type SweepAsked, sweep } from '../paying/sweep.ts';
import type { WalletCall, WalletMethod } from '../wallet-method.ts';

type Arguments = readonly (JsonValue | undefined)[];

const COMPLETED = '{ "psbt": "base64", "txid": "hex", "hex": "hex", "complete": true|false }';

const send: WalletMethod = {
  name: 'send',
  family: 'wallet',
  about:
    'Pays. What the wallet can sign is sent, unless it shall not be; of the rest, it answers a PSBT.',
  parameters: [
    {
      name: 'outputs',
      type: 'any',
      usage: outputsUsage,
      about:
        'Whom to pay: [ { "address": amount }, …, { "data": "hex" } ], or all of it in one object.',
    },
    feeParameters.confTarget,
    feeParameters.estimateMode,
    feeParameters.feeRate,
    fundParameters.addInputs,
    fundParameters.includeUnsafe,
    fundParameters.minConf,
    fundParameters.maxConf,
    newFundParameters.addToWallet,
    newFundParameters.changeAddress,
    newFundParameters.changePosition,
    fundParameters.changeType,
    newFundParameters.includeWatching,
    {
      ...namedOnly,
      name: 'inputs',
      type: 'array',
      about:
        'What to spend in any case: [ { "txid": "hex", "vout": n, "sequence": n, "weight": n }, … ].',
    },
    newFundParameters.lockTime,
    newFundParameters.lockUnspents,
    newFundParameters.psbt,
    newFundParameters.subtractFee,
    fundParameters.maxTxWeight,
    fundParameters.replaceable,
    fundParameters.solvingData,
    { name: 'options', type: 'object', optional: true, usage: 'options', about: 'All of these.' },
  ],
  result: COMPLETED,
  run: runSend,
};

async function runSend([outputsValue, ...rest]: Arguments, call: WalletCall): Promise<Json> {
  const wallet = call.walletNow();
  const options = optionsFrom(rest);
  const { addressPrefixes } = call.context.node.chain.params;
  const asked = given(options, 'replaceable');
  const replaceable = asked === undefined ? wallet.state.options.replaceable : booleanFrom(asked);
  const outputs = namedOutputsFrom(outputsValue, addressPrefixes);
  const recipients = recipientsOf(outputs, given(options, 'subtract_fee_from_outputs'));
  const inputs = given(options, 'inputs');
  const lockTime = given(options, 'locktime') ?? undefined;
  const tx = constructTransaction([inputs, outputsValue, lockTime, replaceable], addressPrefixes);
  const done = await fundAndSign(
    {
      ...{ tx, recipients, options: withInputWeights(options, inputs) },
      ...{ mayAddCoins: tx.inputs.length === 0, overridesMinimum: false },
    },
    call,
    keepsFrom(options),
  );
  return completedToJson(done, options);
}

const sendAll: WalletMethod = {
  name: 'sendall',
  family: 'wallet',
  about:
    'Spends all coins, or those that are named. Of what is left after the fee and all amounts, each address without an amount gets an equal share.',
  parameters: [
    {
      name: 'recipients',
      type: 'array',
      usage: '["address",{"address":amount,...},...]',
      about: 'Whom to pay: addresses, and { "address": amount }.',
    },
    feeParameters.confTarget,
    feeParameters.estimateMode,
    feeParameters.feeRate,
    newFundParameters.addToWallet,
    newFundParameters.includeWatching,
    {
      ...namedOnly,
      name: 'inputs',
      type: 'array',
      about: 'What to spend, instead of all: [ { "txid": "hex", "vout": n, "sequence": n }, … ].',
    },
    newFundParameters.lockTime,
    newFundParameters.lockUnspents,
    newFundParameters.psbt,
    {
      ...namedOnly,
      name: 'send_max',
      type: 'boolean',
      about: 'Whether to leave out coins that cost more than they hold; false by default.',
    },
    fundParameters.minConf,
    fundParameters.maxConf,
    fundParameters.replaceable,
    fundParameters.solvingData,
    { name: 'options', type: 'object', optional: true, usage: 'options', about: 'All of these.' },
  ],
  result: COMPLETED,
  run: runSendAll,
};

async function runSendAll([recipients, ...rest]: Arguments, call: WalletCall): Promise<Json> {
  await call.wallet();
  const options = optionsFrom(rest);
  const done = await sweep(sweepAsked(recipients, options), call, keepsFrom(options));
  return completedToJson(done, options);
}

/** Addresses without an amount stand in their places with 0. */
function sweepAsked(value: JsonValue | undefined, options: Options): SweepAsked {
  const open = new Set<string>();
  const outputs = arrayFrom(value).map((recipient) => {
    if (typeof recipient !== 'string') return recipient;
    open.add(recipient);
    return new Map([[recipient, new JsonNumber('0')]]);
  });
  if (open.size > 0) return { outputs, open, options };
  throw invalid('Must provide at least one address without a specified amount');
}

/** Whether what is signed is kept and sent. */
function keepsFrom(options: Options): boolean {
  const [adds, psbt] = [given(options, 'add_to_wallet'), given(options, 'psbt')];
  const asksPsbt = psbt !== undefined && booleanFrom(psbt);
  return !asksPsbt && (adds === undefined || booleanFrom(adds));
}

function completedToJson({ psbt, tx, walletTx }: Completed, options: Options): Json {
  const answersPsbt = tx === undefined || !keepsFrom(options);
  return {
    psbt: answersPsbt ? formatPsbt(psbt) : undefined,
    txid: tx && toReversedHex(txid(tx)),
    hex: tx !== undefined && walletTx === undefined ? toHex(encodeTx(tx)) : undefined,
    complete: tx !== undefined,
  };
}

/** Names that other methods have for the same. */
const OUTDATED: Readonly<Record<string, string>> = {
  feeRate: 'fee_rate (sat/vB)',
  changeAddress: 'change_address',
  changePosition: 'change_position',
  includeWatching: 'include_watching',
  lockUnspents: 'lock_unspents',
  subtractFeeFromOutputs: 'subtract_fee_from_outputs',
};

/**
 * The options, with what is told of the fee before them.
 *
 * @throws RpcError -3, -8
 */
function optionsFrom([confTarget, estimateMode, feeRate, value]: Arguments): Options {
  const options = new Map(value === undefined ? [] : objectFrom(value));
  if (options.has('conf_target') || options.has('estimate_mode')) {
    if (isGiven(confTarget) || isGiven(estimateMode)) {
      throw invalid(
        'Pass conf_target and estimate_mode either as arguments or in the options object, but not both',
      );
    }
  } else {
    options.set('conf_target', confTarget ?? null).set('estimate_mode', estimateMode ?? null);
  }
  if (!options.has('fee_rate')) options.set('fee_rate', feeRate ?? null);
  else if (isGiven(feeRate)) {
    throw invalid(
      'Pass the fee_rate either as an argument, or in the options object, but not both',
    );
  }
  const mode = given(options, 'estimate_mode');
  if (isGiven(options.get('conf_target')) && (!isGiven(mode) || stringFrom(mode) === 'unset')) {
    throw invalid('Specify estimate_mode');
  }
  for (const [name, instead] of Object.entries(OUTDATED)) {
    if (options.has(name)) throw invalid(`Use ${instead} instead of ${name}`);
  }
  return options;
}

function invalid(message: string): RpcError {
  return new RpcError(RPC.invalidParameter, message);
}

export const sendMethods: readonly WalletMethod[] = [send, sendAll];
