import type { Wallet } from '../../wallet/wallet.ts';
import type { ArgumentsOf, Command } from '../command-spec.ts';
import { EXIT_OK } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { paintFor } from '../paint.ts';
import { oneLine } from '../quote.ts';
import type { walletBalance as spec } from '../table/wallet-paying.ts';
import { alignedCoins, exactCoins } from '../wallet/amount-text.ts';
import { openAll } from '../wallet/each-wallet.ts';
import { printJson } from '../wallet/print-json.ts';
import { tableRoom, textTable } from '../wallet/text-table.ts';
import { useWallets } from '../wallet/wallet-session.ts';
import { addSums, NO_SUMS, type Sums, sumsOf } from '../wallet/wallet-sums.ts';

interface NamedSums extends Sums {
  readonly name: string;
}

export const walletBalance: Command<typeof spec> = (args, io) =>
  useWallets(args, io, async (session) => {
    const wallets = await openAll(session, args.wallet, io);
    const sums = wallets.map((wallet) => ({ name: wallet.name, ...sumsFor(wallet, args) }));
    const all = sums.reduce(addSums, NO_SUMS);
    if (args.json) {
      const { name: chain } = session.params;
      const each = sums.map((one) => ({ name: one.name, ...sumsJson(one) }));
      printJson(io, { chain, ...sumsJson(all), wallets: each });
    } else {
      io.out.write(`${lines(sums, all, io).join('\n')}\n`);
    }
    return EXIT_OK;
  });

function sumsFor(wallet: Wallet, { prefix, confirmations = 1 }: ArgumentsOf<typeof spec>): Sums {
  if (prefix === undefined) return sumsOf(wallet, confirmations);
  const { book } = wallet.state;
  return sumsOf(
    wallet,
    confirmations,
    (script) => book.get(script)?.label.startsWith(prefix) === true,
  );
}

function totalOf({ confirmed, pending, immature }: Sums): bigint {
  return confirmed + pending + immature;
}

function sumsJson(sums: Sums) {
  return {
    confirmed: exactCoins(sums.confirmed),
    pending: exactCoins(sums.pending),
    immature: exactCoins(sums.immature),
    total: exactCoins(totalOf(sums)),
  };
}

function lines(sums: readonly NamedSums[], all: Sums, { out }: Io): readonly string[] {
  const rows = sums.length === 1 ? sums : [...sums, { name: 'all', ...all }];
  const column = (title: string, of: (one: Sums) => bigint) => ({
    title,
    cells: alignedCoins(rows.map(of)),
    right: true,
  });
  return textTable(
    [
      { title: 'wallet', cells: rows.map(({ name }) => oneLine(name)), canShrink: true },
      column('confirmed', ({ confirmed }) => confirmed),
      column('pending', ({ pending }) => pending),
      column('immature', ({ immature }) => immature),
      column('total', totalOf),
    ],
    tableRoom(out),
    paintFor(out),
  );
}
