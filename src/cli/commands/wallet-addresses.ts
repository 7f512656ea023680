import { addressFromScript } from '../../protocol/script/address.ts';
import type { Wallet } from '../../wallet/wallet.ts';
import type { ArgumentsOf, Command } from '../command-spec.ts';
import { EXIT_OK } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { paintFor } from '../paint.ts';
import { oneLine } from '../quote.ts';
import type { walletAddresses as spec } from '../table/wallet-addresses.ts';
import { alignedCoins, exactCoins } from '../wallet/amount-text.ts';
import { openAll } from '../wallet/each-wallet.ts';
import { printJson } from '../wallet/print-json.ts';
import { type Column, tableRoom, tableWidth, textTable } from '../wallet/text-table.ts';
import { useWallets, type WalletSession } from '../wallet/wallet-session.ts';
import { type AddressSums, addressSums } from '../wallet/wallet-sums.ts';

interface WalletRow extends AddressSums {
  readonly wallet: string;
}

export const walletAddresses: Command<typeof spec> = (args, io) =>
  // The address book is the same whatever the chain does.
  useWallets(args.book ? { ...args, offline: true } : args, io, async (session) => {
    const wallets = await openAll(session, args.wallet, io);
    if (args.book) showBook(wallets, args, session, io);
    else showAddresses(wallets, args, session, io);
    return EXIT_OK;
  });

function showAddresses(
  wallets: readonly Wallet[],
  { json }: ArgumentsOf<typeof spec>,
  { params, named }: WalletSession,
  io: Io,
): void {
  const rows: readonly WalletRow[] = wallets.flatMap((wallet) =>
    addressSums(wallet, params).map((sums) => ({ wallet: wallet.name, ...sums })),
  );
  if (json) {
    const addresses = rows.map(({ confirmed, pending, immature, ...row }) => ({
      ...row,
      confirmed: exactCoins(confirmed),
      pending: exactCoins(pending),
      immature: exactCoins(immature),
    }));
    printJson(io, { chain: params.name, addresses });
    return;
  }
  if (rows.length === 0) {
    io.out.write(`There is no address yet: ${io.command} wallet new-address${named}\n`);
    return;
  }
  const columns: readonly Column[] = [
    ...(wallets.length > 1
      ? [{ title: 'wallet', cells: rows.map(({ wallet }) => oneLine(wallet)), canShrink: true }]
      : []),
    { title: 'name', cells: rows.map(nameText), canShrink: true },
    {
      title: 'confirmed',
      cells: alignedCoins(rows.map(({ confirmed }) => confirmed)),
      right: true,
    },
    {
      title: 'pending',
      cells: alignedCoins(rows.map(({ pending, immature }) => pending + immature)),
      right: true,
    },
  ];
  printWithAddresses(columns, rows, io);
}

function showBook(
  wallets: readonly Wallet[],
  { json }: ArgumentsOf<typeof spec>,
  { params }: WalletSession,
  io: Io,
): void {
  const rows = wallets.flatMap((wallet) =>
    [...wallet.state.book.all()]
      .filter(({ purpose, label }) => purpose === 'send' && label !== '')
      .map(({ script, label }) => ({
        wallet: wallet.name,
        name: label,
        address: addressFromScript(script, params.addressPrefixes) ?? '',
      })),
  );
  if (json) printJson(io, { chain: params.name, book: rows });
  else if (rows.length === 0) {
    io.out.write(`The address book is empty: ${io.command} wallet name ADDRESS LABEL\n`);
  } else {
    const columns: readonly Column[] = [
      ...(wallets.length > 1
        ? [{ title: 'wallet', cells: rows.map(({ wallet }) => oneLine(wallet)) }]
        : []),
      { title: 'name', cells: rows.map(({ name }) => oneLine(name)) },
    ];
    printWithAddresses(columns, rows, io);
  }
}

/**
 * Addresses are there to be copied, and are never cut. Where they do not fit beside the rest, each has a
 * line of its own below.
 */
function printWithAddresses(
  columns: readonly Column[],
  rows: readonly { readonly address: string }[],
  { out }: Io,
): void {
  const addresses = { title: 'address', cells: rows.map(({ address }) => address) };
  const paint = paintFor(out);
  const width = tableRoom(out);
  if (tableWidth([...columns, addresses]) <= width) {
    out.write(`${textTable([...columns, addresses], width, paint).join('\n')}\n`);
    return;
  }
  const [head, ...lines] = textTable(columns, width, paint);
  const both = lines.flatMap((line, i) => [line, `    ${rows[i]?.address ?? ''}`]);
  out.write(`${[head, ...both].join('\n')}\n`);
}

function nameText({ name, isChange }: AddressSums): string {
  return isChange ? '(change)' : name === '' ? '-' : oneLine(name);
}
