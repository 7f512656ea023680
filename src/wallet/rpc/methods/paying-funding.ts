/** Transactions that the wallet puts together, for others to sign: raw ones, and PSBTs. */
import { booleanFrom, objectFrom } from '../../../node/rpc/arguments.ts';
import { constructTransaction, namedOutputsFrom } from '../../../node/rpc/construct-transaction.ts';
import { readingFrom, txFromHex } from '../../../node/rpc/decode-tx-hex.ts';
import type { RpcParameter } from '../../../node/rpc/rpc-method.ts';
import { toHex } from '../../../protocol/bytes/hex.ts';
import { encodeTx } from '../../../protocol/primitives/transaction.ts';
import { formatPsbt } from '../../../protocol/psbt/encode-psbt.ts';
import { createPsbt } from '../../../protocol/psbt/psbt.ts';
import { amountNumber, type Json, type JsonObject } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { SIGHASH_ALL } from '../../../protocol/script/signature-hash/hash-type.ts';
import { fillPsbt } from '../../fill-psbt.ts';
import type { Payment } from '../../spend/payment-request.ts';
import { isGiven } from '../paying/fee-wishes-from.ts';
import { fund, given, withInputWeights } from '../paying/fund.ts';
import {
  feeParameters,
  fundParameters,
  inputsUsage,
  namedOnly,
  oldFundParameters,
  outputsUsage,
} from '../paying/parameters.ts';
import { recipientsOf } from '../paying/recipients.ts';
import type { WalletCall, WalletMethod } from '../wallet-method.ts';

type Arguments = readonly (JsonValue | undefined)[];

const subtractParameter: RpcParameter = {
  ...namedOnly,
  name: 'subtractFeeFromOutputs',
  type: 'array',
  about: 'The places of the outputs that the fee is taken off, in equal shares.',
};

const fundRawTransaction: WalletMethod = {
  name: 'fundrawtransaction',
  family: 'wallet',
  about:
    'Adds inputs to a transaction until they are worth its outputs and the fee, and change where some is left. It is not signed.',
  parameters: [
    { name: 'hexstring', type: 'string', about: 'The transaction, in hexadecimal digits.' },
    fundParameters.addInputs,
    fundParameters.includeUnsafe,
    fundParameters.minConf,
    fundParameters.maxConf,
    oldFundParameters.changeAddress,
    oldFundParameters.changePosition,
    fundParameters.changeType,
    oldFundParameters.includeWatching,
    oldFundParameters.lockUnspents,
    { ...feeParameters.feeRate, namedOnly: true },
    oldFundParameters.feeRate,
    subtractParameter,
    {
      ...namedOnly,
      name: 'input_weights',
      type: 'array',
      about:
        'What inputs weigh once they are signed: [ { "txid": "hex", "vout": n, "weight": n } ].',
    },
    fundParameters.maxTxWeight,
    { ...feeParameters.confTarget, namedOnly: true },
    { ...feeParameters.estimateMode, namedOnly: true },
    fundParameters.replaceable,
    fundParameters.solvingData,
    {
      name: 'options',
      type: 'any',
      optional: true,
      usage: 'options',
      about: 'All of these; or true, for includeWatching alone.',
    },
    {
      name: 'iswitness',
      type: 'boolean',
      optional: true,
      about: 'Whether it is written with witnesses; found out by default.',
    },
  ],
  result: '{ "hex": "hex", "fee": amount, "changepos": n }',
  run: fundRaw,
};

async function fundRaw([hex, value, isWitness]: Arguments, call: WalletCall): Promise<Json> {
  call.walletNow();
  const tx = txFromHex(hex, readingFrom(isWitness), 'TX decode failed');
  const options = value === undefined || typeof value === 'boolean' ? value : objectFrom(value);
  const subtract = options instanceof Map ? given(options, 'subtractFeeFromOutputs') : undefined;
  const outputs = tx.outputs.map((output) => ({ name: 'dummy', output }));
  const recipients = recipientsOf(outputs, subtract);
  const payment = await fund(
    { tx, recipients, options, mayAddCoins: true, overridesMinimum: true },
    call,
  );
  return { hex: toHex(encodeTx(payment.tx)), ...fundedToJson(payment) };
}

function fundedToJson({ fee, changePosition = -1 }: Payment): JsonObject {
  return { fee: amountNumber(fee), changepos: changePosition };
}

const createFundedPsbt: WalletMethod = {
  name: 'walletcreatefundedpsbt',
  family: 'wallet',
  about:
    'Makes a PSBT (BIP174) with enough inputs for these outputs, and all that the wallet knows of them. It is not signed.',
  parameters: [
    {
      name: 'inputs',
      type: 'array',
      optional: true,
      usage: inputsUsage,
      about:
        'What to spend in any case: [ { "txid": "hex", "vout": n, "sequence": n, "weight": n }, … ].',
    },
    {
      name: 'outputs',
      type: 'any',
      usage: outputsUsage,
      about:
        'Whom to pay: [ { "address": amount }, …, { "data": "hex" } ], or all of it in one object.',
    },
    { name: 'locktime', type: 'number', optional: true, about: 'The lock time; 0 by default.' },
    fundParameters.addInputs,
    fundParameters.includeUnsafe,
    fundParameters.minConf,
    fundParameters.maxConf,
    oldFundParameters.changeAddress,
    oldFundParameters.changePosition,
    fundParameters.changeType,
    oldFundParameters.includeWatching,
    oldFundParameters.lockUnspents,
    { ...feeParameters.feeRate, namedOnly: true },
    oldFundParameters.feeRate,
    subtractParameter,
    fundParameters.maxTxWeight,
    { ...feeParameters.confTarget, namedOnly: true },
    { ...feeParameters.estimateMode, namedOnly: true },
    fundParameters.replaceable,
    fundParameters.solvingData,
    { name: 'options', type: 'object', optional: true, usage: 'options', about: 'All of these.' },
    {
      name: 'bip32derivs',
      type: 'boolean',
      optional: true,
      about: 'Whether to tell where keys come from; true by default.',
    },
  ],
  result: '{ "psbt": "base64", "fee": amount, "changepos": n }',
  run: createFunded,
};

async function createFunded(args: Arguments, call: WalletCall): Promise<Json> {
  const [inputs, outputsValue, lockTime, optionsValue, derivations] = args;
  const { state } = await call.wallet();
  const options =
    optionsValue === undefined ? new Map<string, JsonValue>() : objectFrom(optionsValue);
  const { addressPrefixes } = call.context.node.chain.params;
  const asked = given(options, 'replaceable');
  const replaceable = isGiven(asked) ? booleanFrom(asked) : state.options.replaceable;
  const tx = constructTransaction([inputs, outputsValue, lockTime, replaceable], addressPrefixes);
  const outputs = namedOutputsFrom(outputsValue, addressPrefixes);
  const recipients = recipientsOf(outputs, given(options, 'subtractFeeFromOutputs'));
  const payment = await fund(
    {
      ...{ tx, recipients, options: withInputWeights(options, inputs) },
      ...{ mayAddCoins: tx.inputs.length === 0, overridesMinimum: true },
    },
    call,
  );
  const { psbt } = fillPsbt(state, createPsbt(payment.tx), {
    ...{ hashType: SIGHASH_ALL, signs: false, finalizes: true },
    derivations: derivations === undefined || booleanFrom(derivations),
  });
  return { psbt: formatPsbt(psbt), ...fundedToJson(payment) };
}

export const fundingMethods: readonly WalletMethod[] = [fundRawTransaction, createFundedPsbt];
