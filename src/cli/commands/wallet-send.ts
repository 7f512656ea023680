import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { PaymentWishes } from '../../wallet/payer.ts';
import { messageOutput } from '../../wallet/spend/message-output.ts';
import type { Recipient } from '../../wallet/spend/payment-request.ts';
import type { SentPayment, Wallet } from '../../wallet/wallet.ts';
import type { ArgumentsOf, Command } from '../command-spec.ts';
import { EXIT_FAILURE, EXIT_OK, type ExitCode } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { paintFor } from '../paint.ts';
import type { walletSend as spec } from '../table/wallet-paying.ts';
import { UsageError } from '../usage-error.ts';
import { coinWords, parseCoins, parseFeeRate } from '../wallet/amount-text.ts';
import { findRecipient, refuseOtherChain } from '../wallet/find-recipient.ts';
import {
  draftLines,
  feeText,
  paymentFailure,
  paymentJson,
  recipientText,
  row,
  verdictJson,
  verdictText,
  type WishedPayment,
} from '../wallet/payment-report.ts';
import { printJson } from '../wallet/print-json.ts';
import { useWallets, type WalletSession } from '../wallet/wallet-session.ts';

type Arguments = ArgumentsOf<typeof spec>;

export const walletSend: Command<typeof spec> = async (args, io) => {
  const { message } = args;
  const amount = parseCoins(args.amount, 'AMOUNT');
  const feeRate = parseFeeRate(args['fee-rate']);
  // All that can be wrong with the words themselves is told before a wallet is opened.
  const rider = message === undefined ? [] : [messageOutput(message)];
  return useWallets(args, io, async (session) => {
    const payer = await session.chosenName(payerOf(args));
    refuseOtherChain(args.to, session.params);
    const wallet = await session.open(payer);
    const recipient = await findRecipient(args.to, wallet, session);
    const { script, name } = recipient;
    const payment: PlannedPayment = {
      ...{ amount, recipient, message },
      recipients: [{ script, amount }, ...rider],
      wishes: {
        ...(feeRate !== undefined && { feeRate }),
        ...(name !== undefined && { notes: { to: name } }),
      },
    };
    return args['dry-run']
      ? showDraft(wallet, payment, args, io)
      : pay(wallet, payment, args, session, io);
  });
};

interface PlannedPayment extends WishedPayment {
  readonly recipient: Awaited<ReturnType<typeof findRecipient>>;
  readonly recipients: readonly Recipient[];
  readonly wishes: PaymentWishes;
}

function payerOf({ from, wallet }: Arguments): string | undefined {
  if (from === undefined || wallet === undefined || from === wallet) return from ?? wallet;
  throw new UsageError('bad-value', 'FROM and --wallet name two wallets; one of them pays');
}

async function showDraft(
  wallet: Wallet,
  planned: PlannedPayment,
  { json }: Arguments,
  io: Io,
): Promise<ExitCode> {
  const draft = await drafted(wallet, planned);
  if (json) printJson(io, { dryRun: true, ...paymentJson(wallet, planned, draft) });
  else io.out.write(`${draftLines(wallet, planned, draft, paintFor(io.out)).join('\n')}\n`);
  return EXIT_OK;
}

async function pay(
  wallet: Wallet,
  planned: PlannedPayment,
  { json }: Arguments,
  session: WalletSession,
  io: Io,
): Promise<ExitCode> {
  const { take } = planned.recipient;
  // What cannot be paid is refused before a passphrase is asked for, and before an address is taken.
  if (take !== undefined || wallet.isEncrypted) await drafted(wallet, planned);
  await session.unlock(wallet);
  await take?.();
  const sent = await attempt(wallet, () => wallet.send(planned.recipients, planned.wishes));
  if (json) {
    const txid = toReversedHex(sent.walletTx.txid);
    const paid = paymentJson(wallet, planned, sent.payment);
    printJson(io, { txid, ...paid, ...verdictJson(sent.verdict) });
  } else {
    tell(planned, sent, io);
  }
  return sent.verdict.kind === 'rejected' ? EXIT_FAILURE : EXIT_OK;
}

function tell({ amount, recipient }: PlannedPayment, sent: SentPayment, { out }: Io): void {
  const { walletTx, payment, verdict } = sent;
  const paint = paintFor(out);
  out.write(
    [
      `${paint.bold(coinWords(amount))} to ${recipientText(recipient)}`,
      row('txid', toReversedHex(walletTx.txid), paint),
      row('fee', feeText(payment.fee, payment.vsize), paint),
      verdictText(verdict, paint),
      '',
    ].join('\n'),
  );
}

function drafted(wallet: Wallet, { recipients, wishes }: PlannedPayment) {
  return attempt(wallet, () => wallet.draft(recipients, wishes));
}

async function attempt<T>(wallet: Wallet, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw paymentFailure(error, wallet);
  }
}
