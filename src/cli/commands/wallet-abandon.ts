import { toReversedHex } from '../../protocol/bytes/hex.ts';
import { CommandError } from '../command-error.ts';
import type { Command } from '../command-spec.ts';
import { EXIT_OK } from '../exit-code.ts';
import { paintFor } from '../paint.ts';
import type { walletAbandon as spec } from '../table/wallet-paying.ts';
import { coinWords, exactCoins } from '../wallet/amount-text.ts';
import { checkWaits, findPayment, parseTxidStart, shownTxid } from '../wallet/find-payment.ts';
import { row } from '../wallet/payment-report.ts';
import { printJson } from '../wallet/print-json.ts';
import { useWallet } from '../wallet/wallet-session.ts';

export const walletAbandon: Command<typeof spec> = async (args, io) => {
  const typed = parseTxidStart(args.txid);
  return useWallet(args, io, async (wallet, session) => {
    const payment = findPayment(typed, wallet, session, io);
    checkWaits(payment);
    const [id, shown] = [toReversedHex(payment.txid), shownTxid(payment.txid)];
    if (payment.state.kind === 'pool') {
      const words = `the payment ${shown} cannot be given up: a node has it, and anybody may mine it; ${io.command} wallet bump raises its fee`;
      throw new CommandError('no-payment', words);
    }
    await wallet.abandon(payment.txid);
    const { trusted } = wallet.balances();
    if (args.json) {
      printJson(io, { wallet: wallet.name, txid: id, confirmed: exactCoins(trusted) });
      return EXIT_OK;
    }
    const paint = paintFor(io.out);
    const lines = [
      `${paint.bold('The payment is given up')}, and not offered any more:`,
      row('txid', id, paint),
      `What it would have spent is free again: ${coinWords(trusted)} can be spent now.`,
    ];
    io.out.write(`${lines.join('\n')}\n`);
    return EXIT_OK;
  });
};
