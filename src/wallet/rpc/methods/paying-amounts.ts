/** Amounts to addresses: `sendtoaddress`, `sendmany`, and the rate that they pay by default. */

import { formatFeeRate } from '../../../node/mempool/policy/fee-rate.ts';
import { amountFrom, booleanFrom, stringFrom } from '../../../node/rpc/arguments.ts';
import { namedOutputsFrom } from '../../../node/rpc/construct-transaction.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import type { RpcParameter } from '../../../node/rpc/rpc-method.ts';
import { shuffled } from '../../../outside/entropy/draw.ts';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import type { Json } from '../../../protocol/report/json-text.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import type { TxNotes } from '../../ledger/wallet-tx.ts';
import type { PaymentWishes } from '../../payer.ts';
import type { Wallet } from '../../wallet.ts';
import { feeReasonText, feeWishesFrom } from '../paying/fee-wishes-from.ts';
import { feeParameters } from '../paying/parameters.ts';
import { numbered } from '../paying/payment-number.ts';
import { type PaidOutput, recipientsOf } from '../paying/recipients.ts';
import { avoidReuseFrom } from '../reading-arguments.ts';
import type { WalletCall, WalletMethod } from '../wallet-method.ts';

const TXID_OR_REASON = '"txid", or { "txid": "hex", "fee_reason": "str" } if verbose';

const verboseParameter: RpcParameter = {
  name: 'verbose',
  type: 'boolean',
  optional: true,
  about: 'Whether to tell why the fee is what it is; false by default.',
};

const replaceableParameter: RpcParameter = {
  name: 'replaceable',
  type: 'boolean',
  optional: true,
  about: 'Whether it announces that it may be replaced (BIP125); as -walletrbf says by default.',
};

const sendToAddress: WalletMethod = {
  name: 'sendtoaddress',
  family: 'wallet',
  about: 'Pays an amount to an address. The wallet has to be unlocked.',
  parameters: [
    { name: 'address', type: 'string', about: 'Whom to pay.' },
    { name: 'amount', type: 'amount', about: 'How much, in bitcoins.' },
    { name: 'comment', type: 'string', optional: true, about: 'What it is for: kept here alone.' },
    {
      name: 'comment_to',
      type: 'string',
      optional: true,
      about: 'Who it is for: kept here alone.',
    },
    {
      name: 'subtractfeefromamount',
      type: 'boolean',
      optional: true,
      about: 'Whether the fee is taken off the amount; false by default.',
    },
    replaceableParameter,
    feeParameters.confTarget,
    feeParameters.estimateMode,
    {
      name: 'avoid_reuse',
      type: 'boolean',
      optional: true,
      about:
        'Whether coins stay where they are at addresses that were paid from before; true by default, in wallets that were made so.',
    },
    feeParameters.feeRate,
    verboseParameter,
  ],
  result: TXID_OR_REASON,
  run: async (args, call) => {
    const [address, amount, comment, to, subtract, replaceable, confTarget, estimateMode] = args;
    const [avoidReuse, feeRate, verbose] = args.slice(8);
    const wallet = await call.wallet();
    const avoidsReuse = avoidReuseFrom(avoidReuse, wallet);
    const wishes: PaymentWishes = {
      ...feeWishesFrom({ confTarget, estimateMode, feeRate }, call),
      ...replaceableFrom(replaceable),
      ...(avoidsReuse && { avoidsReuse, avoidPartialSpends: true }),
      notes: notesFrom(comment, to),
    };
    wallet.state.requireUnlocked();
    const text = stringFrom(address);
    const outputs = outputsOf(new Map([[text, amount ?? null]]), call);
    return sendMoney(wallet, recipientsOf(outputs, subtract), wishes, verbose, call);
  },
};

const sendMany: WalletMethod = {
  name: 'sendmany',
  family: 'wallet',
  about: 'Pays several addresses in one transaction. The wallet has to be unlocked.',
  parameters: [
    {
      name: 'dummy',
      type: 'string',
      optional: true,
      usage: '""',
      about: 'Has to be "": an account, in former times.',
    },
    {
      name: 'amounts',
      type: 'object',
      usage: '{"address":amount,...}',
      about: 'Whom to pay, and how much in bitcoins.',
    },
    { name: 'minconf', type: 'number', optional: true, about: 'Not looked at.' },
    { name: 'comment', type: 'string', optional: true, about: 'What it is for: kept here alone.' },
    {
      name: 'subtractfeefrom',
      type: 'array',
      optional: true,
      usage: '["address",...]',
      about: 'Of whose amounts the fee is taken off, in equal shares; of none by default.',
    },
    replaceableParameter,
    feeParameters.confTarget,
    feeParameters.estimateMode,
    feeParameters.feeRate,
    verboseParameter,
  ],
  result: TXID_OR_REASON,
  run: async (args, call) => {
    const [dummy, amounts, , comment, subtract, replaceable, ...rest] = args;
    const [confTarget, estimateMode, feeRate, verbose] = rest;
    const wallet = await call.wallet();
    if (dummy !== undefined && dummy !== '') {
      throw new RpcError(RPC.invalidParameter, 'Dummy value must be set to ""');
    }
    const wishes: PaymentWishes = {
      ...feeWishesFrom({ confTarget, estimateMode, feeRate }, call),
      ...replaceableFrom(replaceable),
      notes: notesFrom(comment, undefined),
    };
    const recipients = recipientsOf(outputsOf(amounts, call), subtract);
    return sendMoney(wallet, recipients, wishes, verbose, call);
  },
};

const setTxFee: WalletMethod = {
  name: 'settxfee',
  family: 'wallet',
  about:
    'Sets what payments of this wallet pay by default, instead of -paytxfee. With 0, an estimate decides.',
  parameters: [{ name: 'amount', type: 'amount', about: 'The rate, in bitcoins for 1,000 vB.' }],
  result: 'true',
  run: ([amount], { walletNow, context }) => {
    const { payer, state } = walletNow();
    const feeRate = amountFrom(amount);
    const { minFeeRate, maxFee } = state.options;
    const { minRelayFeeRate } = context.node.mempool.options;
    const refuse = (rule: string, limit: bigint): RpcError =>
      new RpcError(RPC.invalidParameter, `txfee cannot be ${rule} (${formatFeeRate(limit)})`);
    if (feeRate > 0n) {
      if (feeRate < minRelayFeeRate) throw refuse('less than min relay tx fee', minRelayFeeRate);
      if (feeRate < minFeeRate) throw refuse('less than wallet min fee', minFeeRate);
      if (feeRate > maxFee) throw refuse('more than wallet max tx fee', maxFee);
    }
    payer.payFeeRate = feeRate;
    return true;
  },
};

function outputsOf(value: JsonValue | undefined, { context }: WalletCall): readonly PaidOutput[] {
  return namedOutputsFrom(value, context.node.chain.params.addressPrefixes);
}

/** Core shuffles them, so that their places tell nothing. */
async function sendMoney(
  wallet: Wallet,
  recipients: ReturnType<typeof recipientsOf>,
  wishes: PaymentWishes,
  verbose: JsonValue | undefined,
  call: WalletCall,
): Promise<Json> {
  const isVerbose = verbose !== undefined && booleanFrom(verbose);
  wallet.state.requireUnlocked();
  wallet.state.requireKeys();
  const order = shuffled(wallet.state.doors.entropy, recipients);
  const { walletTx, feeReason } = await numbered(RPC.walletInsufficientFunds, () =>
    wallet.send(order, { ...wishes, limitsChains: call.desk.rejectsLongChains }),
  );
  const txid = toReversedHex(walletTx.txid);
  if (!isVerbose) return txid;
  return { txid, fee_reason: feeReasonText(feeReason, wishes, wallet, call) };
}

function replaceableFrom(value: JsonValue | undefined): Pick<PaymentWishes, 'replaceable'> {
  return value === undefined ? {} : { replaceable: booleanFrom(value) };
}

function notesFrom(comment: JsonValue | undefined, to: JsonValue | undefined): TxNotes {
  const [said, who] = [comment, to].map((text) => (text === undefined ? '' : stringFrom(text)));
  return {
    ...(said !== '' && said !== undefined && { comment: said }),
    ...(who !== '' && who !== undefined && { to: who }),
  };
}

export const amountMethods: readonly WalletMethod[] = [sendToAddress, sendMany, setTxFee];
