import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { WalletTx } from '../../wallet/ledger/wallet-tx.ts';
import type { Wallet } from '../../wallet/wallet.ts';
import { CommandError } from '../command-error.ts';
import type { Command } from '../command-spec.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { paintFor } from '../paint.ts';
import { grouped } from '../plain-words.ts';
import { quote } from '../quote.ts';
import { coinsText } from '../start/status-text.ts';
import type { walletBump as spec } from '../table/wallet-paying.ts';
import { UsageError } from '../usage-error.ts';
import { exactCoins, parseFeeRate } from '../wallet/amount-text.ts';
import {
  feeText,
  paymentFailure,
  row,
  verdictJson,
  verdictText,
} from '../wallet/payment-report.ts';
import { printJson } from '../wallet/print-json.ts';
import { useWallet } from '../wallet/wallet-session.ts';

const LEAST_DIGITS = 4;
const SHOWN_DIGITS = 16;

export const walletBump: Command<typeof spec> = async (args, io) => {
  const feeRate = parseFeeRate(args['fee-rate']);
  const typed = args.txid.toLowerCase();
  if (!/^[0-9a-f]{4,64}$/.test(typed)) {
    const message = `TXID is ${quote(args.txid)}; allowed are at least ${LEAST_DIGITS} of the 64 hexadecimal digits it begins with`;
    throw new UsageError('bad-value', message);
  }
  return useWallet(args, io, async (wallet, session) => {
    const original = findPayment(wallet, typed);
    checkWaits(original);
    await session.unlock(wallet);
    const wishes = feeRate === undefined ? {} : { feeRate };
    const { walletTx, payment, oldFee, verdict } = await wallet
      .bump(original.txid, wishes)
      .catch((error: unknown) => {
        throw paymentFailure(error, wallet);
      });
    const [txid, replaces] = [walletTx.txid, original.txid].map(toReversedHex) as [string, string];
    if (args.json) {
      const fees = { fee: exactCoins(payment.fee), oldFee: exactCoins(oldFee) };
      const { vsize } = payment;
      printJson(io, {
        wallet: wallet.name,
        txid,
        replaces,
        ...fees,
        vsize,
        ...verdictJson(verdict),
      });
    } else {
      const paint = paintFor(io.out);
      const lines = [
        `${paint.bold('The payment has a new fee')}, and a new txid with it:`,
        row('txid', txid, paint),
        row('instead', replaces, paint),
        row('fee', `${feeText(payment.fee, payment.vsize)} instead of ${coinsText(oldFee)}`, paint),
        verdictText(verdict, paint),
      ];
      io.out.write(`${lines.join('\n')}\n`);
    }
    return verdict.kind === 'rejected' ? EXIT_FAILURE : EXIT_OK;
  });
};

/** Refuses what nobody can change any more, before a passphrase is asked for. */
function checkWaits({ txid, state, notes }: WalletTx): void {
  const shown = toReversedHex(txid).slice(0, SHOWN_DIGITS);
  const refuse = (words: string): CommandError => new CommandError('no-payment', words);
  if (state.kind === 'confirmed') {
    throw refuse(
      `the payment ${shown} is confirmed, in block ${grouped(state.height)}: its fee is paid`,
    );
  }
  if (notes.replacedBy !== undefined) {
    const by = toReversedHex(notes.replacedBy).slice(0, SHOWN_DIGITS);
    throw refuse(
      `the payment ${shown} was replaced already: raise the fee of ${by}, which took its place`,
    );
  }
  if (state.kind === 'abandoned' || state.kind === 'conflicted') {
    throw refuse(`the payment ${shown} will never come: another one spends the same coins`);
  }
}

/** The one payment whose txid begins so. */
function findPayment(wallet: Wallet, start: string): WalletTx {
  const found = [...wallet.state.ledger.all()].filter(({ txid }) =>
    toReversedHex(txid).startsWith(start),
  );
  const [only, ...more] = found;
  if (only !== undefined && more.length === 0) return only;
  throw new CommandError(
    'no-payment',
    only === undefined
      ? `the wallet ${wallet.name} has no payment ${start}; see blockyard wallet history`
      : `${found.length} payments of the wallet ${wallet.name} begin with ${start}: type more of it`,
  );
}
