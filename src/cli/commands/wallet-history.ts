import type { Command } from '../command-spec.ts';
import { EXIT_OK } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { paintFor } from '../paint.ts';
import { grouped } from '../plain-words.ts';
import { oneLine } from '../quote.ts';
import type { walletHistory as spec } from '../table/wallet-paying.ts';
import { alignedCoins } from '../wallet/amount-text.ts';
import {
  type HistoryRow,
  historyJson,
  historyRows,
  partnerText,
  standingText,
} from '../wallet/history-rows.ts';
import { printJson } from '../wallet/print-json.ts';
import { shortened, tableRoom, textTable } from '../wallet/text-table.ts';
import { useWallet } from '../wallet/wallet-session.ts';

const DEFAULT_LIMIT = 20;
const TXID_WIDTH = 9;
/** `2026-11-20 18:03` */
const DATE_WIDTH = 16;

export const walletHistory: Command<typeof spec> = (args, io) =>
  useWallet(args, io, async (wallet, { params }) => {
    const all = historyRows(wallet, params);
    const { limit = DEFAULT_LIMIT } = args;
    const rows = limit === 0 ? all : all.slice(-limit);
    if (args.json) {
      printJson(io, { wallet: wallet.name, count: all.length, history: rows.map(historyJson) });
      return EXIT_OK;
    }
    if (rows.length === 0) {
      io.out.write(`Nothing was received or sent yet in the wallet ${oneLine(wallet.name)}.\n`);
      return EXIT_OK;
    }
    io.out.write(`${lines(rows, io).join('\n')}\n`);
    if (rows.length < all.length) {
      io.err.write(`The last ${rows.length} of ${grouped(all.length)}; --limit 0 shows all.\n`);
    }
    return EXIT_OK;
  });

function lines(rows: readonly HistoryRow[], { out }: Io): readonly string[] {
  const isNarrow = out.isTerminal;
  const paint = paintFor(out);
  const fees = alignedCoins(rows.map(({ fee = 0n }) => fee));
  const [head = '', ...body] = textTable(
    [
      { title: 'date (UTC)', cells: rows.map(({ time }) => dateOf(time)) },
      { title: '', cells: rows.map(({ direction }) => direction) },
      { title: 'amount', cells: alignedCoins(rows.map(({ amount }) => amount)), right: true },
      {
        title: 'fee',
        cells: rows.map(({ fee }, i) => (fee === undefined ? '' : (fees[i] ?? ''))),
        right: true,
      },
      { title: 'from, to', cells: rows.map(partnerText), canShrink: true },
      { title: 'conf', cells: rows.map(standingText), right: true },
      {
        title: 'txid',
        cells: rows.map(({ txid }) => (isNarrow ? shortened(txid, TXID_WIDTH) : txid)),
      },
    ],
    tableRoom(out),
    paint,
  );
  const shown = body.flatMap((line, i) => {
    const row = rows[i] as HistoryRow;
    const isGone = row.state === 'replaced' || row.state === 'void' || row.state === 'abandoned';
    const message = row.message === undefined ? [] : [`    ${paint.dim(quoted(row.message, out))}`];
    return [isGone ? paint.dim(line) : line, ...message];
  });
  return [head, ...shown];
}

function quoted(message: string, { isTerminal, columns }: Io['out']): string {
  const text = `“${oneLine(message)}”`;
  return isTerminal ? shortened(text, columns - 4) : text;
}

function dateOf(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, DATE_WIDTH).replace('T', ' ');
}
