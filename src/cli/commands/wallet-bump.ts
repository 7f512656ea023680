import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { Command } from '../command-spec.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { paintFor } from '../paint.ts';
import { coinsText } from '../start/status-text.ts';
import type { walletBump as spec } from '../table/wallet-paying.ts';
import { exactCoins, parseFeeRate } from '../wallet/amount-text.ts';
import { checkWaits, findPayment, parseTxidStart } from '../wallet/find-payment.ts';
import {
  feeText,
  paymentFailure,
  row,
  verdictJson,
  verdictText,
} from '../wallet/payment-report.ts';
import { printJson } from '../wallet/print-json.ts';
import { useWallet } from '../wallet/wallet-session.ts';

export const walletBump: Command<typeof spec> = async (args, io) => {
  const feeRate = parseFeeRate(args['fee-rate']);
  const typed = parseTxidStart(args.txid);
  return useWallet(args, io, async (wallet, session) => {
    const original = findPayment(typed, wallet, session, io);
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
