/** What becomes of payments that wait: replaced, or given up. */
import {
  booleanFrom,
  checkFields,
  type FieldTypes,
  hashFrom,
  objectFrom,
  uint32From,
} from '../../../node/rpc/arguments.ts';
import { namedOutputsFrom } from '../../../node/rpc/construct-transaction.ts';
import { outPointName } from '../../../node/rpc/prevouts-from.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import type { RpcParameter } from '../../../node/rpc/rpc-method.ts';
import { outputsSpentBy } from '../../../node/rpc/signed-transaction-to-json.ts';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import { formatPsbt } from '../../../protocol/psbt/encode-psbt.ts';
import { createPsbt } from '../../../protocol/psbt/psbt.ts';
import { amountNumber, type Json, type JsonObject } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { SIGHASH_DEFAULT } from '../../../protocol/script/signature-hash/hash-type.ts';
import type { BumpWishes } from '../../bump-payment.ts';
import { fillPsbt } from '../../fill-psbt.ts';
import { PaymentError, type PaymentErrorCode } from '../../spend/payment-error.ts';
import { feeWishesFrom, isGiven } from '../paying/fee-wishes-from.ts';
import { feeParameters, namedOnly } from '../paying/parameters.ts';
import { numbered } from '../paying/payment-number.ts';
import type { WalletCall, WalletMethod } from '../wallet-method.ts';

type Arguments = readonly (JsonValue | undefined)[];

const bumpParameters: readonly RpcParameter[] = [
  { name: 'txid', type: 'string', about: 'Which one.' },
  { ...feeParameters.confTarget, namedOnly: true },
  {
    ...namedOnly,
    name: 'fee_rate',
    type: 'amount',
    about: 'The rate, in sat/vB: one more than before at least; an estimate by default.',
  },
  {
    ...namedOnly,
    name: 'replaceable',
    type: 'boolean',
    about: 'Whether the new one may be replaced too (BIP125); true by default.',
  },
  { ...feeParameters.estimateMode, namedOnly: true },
  {
    ...namedOnly,
    name: 'outputs',
    type: 'any',
    about: 'Other outputs: [ { "address": amount }, …, { "data": "hex" } ].',
  },
  {
    ...namedOnly,
    name: 'original_change_index',
    type: 'number',
    about: 'Which output had come back; found out by default.',
  },
  { name: 'options', type: 'object', optional: true, usage: 'options', about: 'All of these.' },
];

const OPTION_TYPES: FieldTypes = {
  confTarget: 'number',
  conf_target: 'number',
  fee_rate: 'any',
  replaceable: 'bool',
  estimate_mode: 'string',
  outputs: 'any',
  original_change_index: 'number',
};

const bumpFeeMethod: WalletMethod = {
  name: 'bumpfee',
  family: 'wallet',
  about: 'Replaces a transaction that waits by one with a higher fee, out of the change.',
  parameters: bumpParameters,
  result: '{ "txid": "hex", "origfee": amount, "fee": amount, "errors": [ "str", … ] }',
  run: bump,
};

async function bump([idText, options]: Arguments, call: WalletCall): Promise<Json> {
  const { format } = call.walletNow().state;
  if (!format.hasPrivateKeys) {
    throw new RpcError(
      RPC.wallet,
      'bumpfee is not available with wallets that have private keys disabled. Use psbtbumpfee instead.',
    );
  }
  const id = hashFrom(idText, 'txid') as Txid;
  const wishes = bumpWishesFrom(options, call);
  const wallet = await call.wallet();
  wallet.state.requireUnlocked();
  const hasPoolDescendants = isSpentInPool(id, call);
  const { walletTx, payment, oldFee } = await bumping(() =>
    wallet.bump(id, { ...wishes, hasPoolDescendants }),
  );
  return { txid: toReversedHex(walletTx.txid), ...feesToJson(oldFee, payment.fee) };
}

function feesToJson(oldFee: bigint, fee: bigint): JsonObject {
  return { origfee: amountNumber(oldFee), fee: amountNumber(fee), errors: [] };
}

function bumpWishesFrom(value: JsonValue | undefined, call: WalletCall): BumpWishes {
  const limitsChains = call.desk.rejectsLongChains;
  if (value === undefined) return { replaceable: true, limitsChains };
  const options = objectFrom(value);
  checkFields(options, OPTION_TYPES, { allowMissing: true, strict: true });
  if (options.has('confTarget') && options.has('conf_target')) {
    throw invalid(
      'confTarget and conf_target options should not both be set. Use conf_target (confTarget is deprecated).',
    );
  }
  const replaceable = options.get('replaceable');
  const confTarget = options.get('confTarget') ?? options.get('conf_target');
  const [estimateMode, feeRate] = ['estimate_mode', 'fee_rate'].map((name) => options.get(name));
  const index = options.get('original_change_index');
  if (isGiven(options.get('outputs')) && isGiven(index)) {
    throw invalid(
      "The options 'outputs' and 'original_change_index' are incompatible. You can only either specify a new set of outputs, or designate a change output to be recycled.",
    );
  }
  return {
    limitsChains,
    ...feeWishesFrom({ confTarget, estimateMode, feeRate }, call),
    replaceable: !isGiven(replaceable) || booleanFrom(replaceable),
    ...newOutputs(options.get('outputs'), call),
    ...(isGiven(index) && { changeIndex: uint32From(index) }),
  };
}

function newOutputs(
  value: JsonValue | undefined,
  { context }: WalletCall,
): Pick<BumpWishes, 'recipients'> {
  if (!isGiven(value)) return {};
  if (Array.isArray(value) && value.length === 0) {
    throw invalid('Invalid parameter, output argument cannot be an empty array');
  }
  const outputs = namedOutputsFrom(value, context.node.chain.params.addressPrefixes);
  return {
    recipients: outputs.map(({ output: { value: amount, scriptPubKey: script } }) => ({
      ...{ script, amount },
    })),
  };
}

/** Of what others spend, the wallet does not know. */
function isSpentInPool(id: Txid, { context: { node } }: WalletCall): boolean {
  const entry = node.mempool.get(id);
  return entry !== undefined && entry.descendantCount > 1;
}

/** What Core looks at before it puts a replacement together, and its numbers for that. */
const CHECKED_BEFORE: Partial<Readonly<Record<PaymentErrorCode, number>>> = {
  'not-replaceable': RPC.wallet,
  'bump-below-pool-minimum': RPC.wallet,
  'bump-below-increment': RPC.invalidParameter,
  'bump-too-high': RPC.wallet,
};

function bumping<T>(run: () => Promise<T>): Promise<T> {
  return numbered(
    RPC.wallet,
    async () => {
      try {
        return await run();
      } catch (error) {
        const number = error instanceof PaymentError ? CHECKED_BEFORE[error.code] : undefined;
        if (number === undefined) throw error;
        throw new RpcError(number, (error as PaymentError).coreWords);
      }
    },
    'Unable to create transaction. ',
  );
}

const psbtBumpFee: WalletMethod = {
  name: 'psbtbumpfee',
  family: 'wallet',
  about: 'The same as bumpfee, as a PSBT that is not signed. Nothing is sent.',
  parameters: bumpParameters,
  result: '{ "psbt": "base64", "origfee": amount, "fee": amount, "errors": [ "str", … ] }',
  run: bumpAsPsbt,
};

async function bumpAsPsbt([idText, options]: Arguments, call: WalletCall): Promise<Json> {
  call.walletNow();
  const id = hashFrom(idText, 'txid') as Txid;
  const wishes = bumpWishesFrom(options, call);
  const wallet = await call.wallet();
  const { state } = wallet;
  state.requireUnlocked();
  const coins = await outputsSpentBy(wallet.transaction(id).tx, call.context.node);
  const { tx, fee, oldFee } = await bumping(() =>
    wallet.drafts.prepareBump(id, {
      ...wishes,
      hasPoolDescendants: isSpentInPool(id, call),
      signsElsewhere: !state.format.hasPrivateKeys,
      foreignCoins: (outPoint) => coins.get(outPointName(outPoint)),
    }),
  );
  const { psbt } = fillPsbt(state, createPsbt(tx), {
    ...{ hashType: SIGHASH_DEFAULT, signs: false, derivations: true, finalizes: true },
  });
  return { psbt: formatPsbt(psbt), ...feesToJson(oldFee, fee) };
}

const abandonTransaction: WalletMethod = {
  name: 'abandontransaction',
  family: 'wallet',
  about:
    'Gives up a transaction that no block has and that is not in the pool, with all that depends on it: what they spend is free again.',
  parameters: [{ name: 'txid', type: 'string', about: 'Which one.' }],
  result: 'null',
  run: async ([id], call) => {
    const wallet = await call.wallet();
    await wallet.abandon(hashFrom(id, 'txid'));
    return null;
  },
};

function invalid(message: string): RpcError {
  return new RpcError(RPC.invalidParameter, message);
}

export const changeMethods: readonly WalletMethod[] = [
  bumpFeeMethod,
  psbtBumpFee,
  abandonTransaction,
];
