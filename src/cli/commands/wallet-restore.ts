import { entropyFromMnemonic } from '../../protocol/keys/mnemonic.ts';
import type { Wallet } from '../../wallet/wallet.ts';
import type { ArgumentsOf, Command } from '../command-spec.ts';
import { EXIT_OK, type ExitCode } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { paintFor } from '../paint.ts';
import { grouped } from '../plain-words.ts';
import { quote, shellWord } from '../quote.ts';
import type { walletRestore as spec } from '../table/wallet-making.ts';
import { UsageError } from '../usage-error.ts';
import { coinWords, exactCoins } from '../wallet/amount-text.ts';
import { printJson } from '../wallet/print-json.ts';
import { useWallets, type WalletSession } from '../wallet/wallet-session.ts';

type Arguments = ArgumentsOf<typeof spec>;

export const walletRestore: Command<typeof spec> = async (args, io) => {
  const since = args.since === undefined ? undefined : dayTime(args.since);
  if (args.backup !== undefined && (args.encrypt || since !== undefined)) {
    const message = '--since and --encrypt go with words: a backup has both in it';
    throw new UsageError('bad-value', message);
  }
  return useWallets(args, io, async (session) => {
    await session.requireFree(args.name);
    const wallet =
      args.backup === undefined
        ? await fromWords(args, since, session)
        : await session.restore(args.name, args.backup);
    return tell(wallet, args, session, io);
  });
};

async function fromWords(
  { name, encrypt }: Arguments,
  since: number | undefined,
  session: WalletSession,
): Promise<Wallet> {
  const words = await session.secrets.words();
  // Wrong words are refused before somebody thinks of a passphrase.
  entropyFromMnemonic(words).fill(0);
  const passphrase = encrypt ? await session.secrets.newPassphrase() : undefined;
  const request = {
    words,
    ...(since !== undefined && { since }),
    ...(passphrase !== undefined && { passphrase }),
  };
  return (await session.create(name, request)).wallet;
}

function tell(wallet: Wallet, args: Arguments, session: WalletSession, io: Io): ExitCode {
  const { trusted, untrustedPending, waiting, immature } = wallet.balances();
  const total = trusted + untrustedPending + waiting + immature;
  const transactions = wallet.state.ledger.size;
  const height = wallet.state.branch.tip?.height;
  if (args.json) {
    const { name, isEncrypted: encrypted } = wallet;
    const found = { height: height ?? null, transactions, total: exactCoins(total) };
    printJson(io, { name, chain: session.params.name, encrypted, ...found });
    return EXIT_OK;
  }
  const paint = paintFor(io.out);
  const known =
    height === undefined
      ? 'What was paid to it is found once a node is there.'
      : `Up to block ${grouped(height)}, ${count(transactions)} of it: ${coinWords(total)}.`;
  const named = `${session.named} --wallet ${shellWord(wallet.name)}`;
  io.out.write(
    `The wallet ${paint.bold(wallet.name)} is restored. ${known}\nNext: ${paint.cyan(`${io.command} wallet history${named}`)}\n`,
  );
  return EXIT_OK;
}

function count(transactions: number): string {
  if (transactions === 0) return 'there are no payments';
  return transactions === 1 ? 'there is 1 payment' : `there are ${grouped(transactions)} payments`;
}

/** The beginning of a day, in seconds since 1970. */
function dayTime(text: string): number {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // Of the 31st of a shorter month, Date makes the first of the next one.
  const isDay = !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
  if (isDay && time >= 0) return time / 1000;
  throw new UsageError(
    'bad-value',
    `--since is ${quote(text)}; allowed is a day, as in 2026-01-31`,
  );
}
