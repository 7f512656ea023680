/** What a payment is, for people and for programs. */
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { JsonObject } from '../../protocol/report/json-text.ts';
import type { BroadcastVerdict } from '../../wallet/source/chain-source.ts';
import { PaymentError } from '../../wallet/spend/payment-error.ts';
import type { Payment } from '../../wallet/spend/payment-request.ts';
import type { Wallet } from '../../wallet/wallet.ts';
import { WalletError } from '../../wallet/wallet-error.ts';
import { CommandError } from '../command-error.ts';
import type { Paint } from '../paint.ts';
import { oneLine } from '../quote.ts';
import { coinsText } from '../start/status-text.ts';
import { coinWords, exactCoins, feeRateText } from './amount-text.ts';
import type { FoundRecipient } from './find-recipient.ts';

/** What somebody wanted to pay. */
export interface WishedPayment {
  readonly amount: bigint;
  readonly recipient: Pick<FoundRecipient, 'address' | 'name'>;
  readonly message: string | undefined;
}

const LABEL_WIDTH = 9;

export function row(label: string, text: string, paint: Paint): string {
  return `  ${paint.dim(label.padEnd(LABEL_WIDTH))}${text}`;
}

/** `bob (yard1q…)`, or the address alone. */
export function recipientText({ address, name }: WishedPayment['recipient']): string {
  return name === undefined ? address : `${oneLine(name)}, ${address}`;
}

/** The fee with its rate. */
export function feeText(fee: bigint, vsize: number): string {
  return `${coinWords(fee)} (${feeRateText(fee, vsize)})`;
}

/** What became of a payment, in a sentence; the last word of it is the node's. */
export function verdictText(verdict: BroadcastVerdict, paint: Paint): string {
  switch (verdict.kind) {
    case 'accepted':
    case 'known':
      return `${paint.green('The node has it.')} It is confirmed once a block has it.`;
    case 'rejected':
      return `${paint.red('The node does not take it')}: ${oneLine(verdict.reason)}. It is kept, and offered again until you give it up (wallet abandon).`;
    case 'unreachable':
      return `${paint.yellow('No node has it yet.')} It is kept, and sent when a node is there.`;
  }
}

export function verdictJson(verdict: BroadcastVerdict): JsonObject {
  const isKnown = verdict.kind === 'accepted' || verdict.kind === 'known';
  return {
    node: isKnown ? 'accepted' : verdict.kind,
    ...(verdict.kind === 'rejected' && { reason: verdict.reason }),
  };
}

export function paymentJson(wallet: Wallet, wished: WishedPayment, payment: Payment): JsonObject {
  const { amount, recipient, message } = wished;
  const change = changeOf(payment);
  return {
    from: wallet.name,
    to: recipient.address,
    ...(recipient.name !== undefined && { name: recipient.name }),
    amount: exactCoins(amount),
    fee: exactCoins(payment.fee),
    vsize: payment.vsize,
    change: exactCoins(change),
    ...(message !== undefined && { message }),
    coins: payment.coins.map(({ outPoint, output }) => ({
      txid: toReversedHex(outPoint.txid),
      vout: outPoint.vout,
      amount: exactCoins(output.value),
    })),
  };
}

/** The lines of what would be paid. */
export function draftLines(
  wallet: Wallet,
  { amount, recipient, message }: WishedPayment,
  payment: Payment,
  paint: Paint,
): readonly string[] {
  const change = changeOf(payment);
  const coins = payment.coins.map(({ outPoint, output }, i) =>
    row(
      i === 0 ? 'spends' : '',
      `${coinWords(output.value)}  ${paint.dim(`${toReversedHex(outPoint.txid).slice(0, 16)}…:${outPoint.vout}`)}`,
      paint,
    ),
  );
  return [
    `${paint.bold('Nothing is paid.')} Without --dry-run it would be:`,
    row('from', oneLine(wallet.name), paint),
    row('to', recipientText(recipient), paint),
    row('amount', coinWords(amount), paint),
    ...(message === undefined ? [] : [row('message', oneLine(message), paint)]),
    row('fee', `${feeText(payment.fee, payment.vsize)}, ${payment.vsize} vbytes`, paint),
    row('change', change === 0n ? 'none' : `${coinWords(change)}, back to the wallet`, paint),
    ...coins,
  ];
}

function changeOf({ tx, changePosition }: Payment): bigint {
  return changePosition === undefined ? 0n : (tx.outputs[changePosition]?.value ?? 0n);
}

/** A refusal with the figures that somebody at a terminal can do something with. */
export function paymentFailure(error: unknown, wallet: Wallet): unknown {
  if (error instanceof WalletError && error.code === 'no-fee-rate') {
    const words = 'nobody knows yet what fee gets into a block: name a rate with --fee-rate';
    return new CommandError('not-sent', words);
  }
  if (!(error instanceof PaymentError)) return error;
  if (error.code === 'fee-too-high') {
    const most = coinsText(wallet.state.options.maxFee);
    const words = `the fee would be more than ${most} coins, which can only be a mistake: name a lower --fee-rate, or pay less at once`;
    return new CommandError('not-sent', words);
  }
  const { shortage } = error;
  if (error.code !== 'insufficient-funds' || shortage === undefined) return error;
  return new CommandError('not-sent', shortageText(shortage, wallet));
}

function shortageText(
  { needed, available }: NonNullable<PaymentError['shortage']>,
  wallet: Wallet,
): string {
  const { untrustedPending, waiting, immature } = wallet.balances();
  const pending = untrustedPending + waiting;
  const more = [
    ...(pending > 0n ? [`${coinsText(pending)} are pending`] : []),
    ...(immature > 0n ? [`${coinsText(immature)} of mined coins are not old enough`] : []),
  ].join(', and ');
  const have = available <= 0n ? 'none can' : `${coinsText(available)} can`;
  return `too few coins in ${oneLine(wallet.name)}: ${coinsText(needed)} are needed with the fee, ${have} be spent now${more === '' ? '' : `; ${more}`}`;
}
