import { equalBytes } from '../../protocol/bytes/compare.ts';
import { SourceError } from '../../wallet/source/source-error.ts';
import type { Wallet } from '../../wallet/wallet.ts';
import { CommandError } from '../command-error.ts';
import type { ArgumentsOf, Command } from '../command-spec.ts';
import { EXIT_OK } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { paintFor } from '../paint.ts';
import { grouped } from '../plain-words.ts';
import { Progress } from '../progress.ts';
import { quote } from '../quote.ts';
import { coinsText } from '../start/status-text.ts';
import type { walletImportPem as spec } from '../table/wallet-import-pem.ts';
import { exactCoins } from '../wallet/amount-text.ts';
import { readPemKey } from '../wallet/pem-file.ts';
import { printJson } from '../wallet/print-json.ts';
import { type TakenKey, takeKey } from '../wallet/single-key.ts';
import { useWallet } from '../wallet/wallet-session.ts';

type Arguments = ArgumentsOf<typeof spec>;

export const walletImportPem: Command<typeof spec> = async (args, io) => {
  // Before a wallet is opened, and a passphrase typed.
  const key = await readPemKey(args.file, io.disk);
  return useWallet(args, io, async (wallet, session) => {
    await session.unlock(wallet);
    const { type } = args;
    const taken = await takeKey(wallet, key, { type, label: args.name ?? bareName(args.file) });
    key.fill(0);
    if (!args.json) io.out.write(`${takenText(taken, wallet, args, io)}\n`);
    const { scan, signal } = { scan: scanOf(wallet, args), signal: session.signal };
    if (scan === 'wanted') await search(wallet, { signal, json: args.json }, io);
    const coins = wallet
      .coins()
      .filter((coin) => equalBytes(coin.output.scriptPubKey, taken.script));
    const sum = coins.reduce((total, { output }) => total + output.value, 0n);
    if (args.json) {
      const { address, label, isNew } = taken;
      const found = { searched: scan === 'wanted', coins: coins.length, amount: exactCoins(sum) };
      const json = { wallet: wallet.name, address, label, type, isNew, ...found };
      printJson(io, json);
    } else io.out.write(`${foundText(coins.length, sum, scan, args, io)}\n`);
    return EXIT_OK;
  });
};

type Scan = 'wanted' | 'unwanted' | 'impossible';

function scanOf(wallet: Wallet, { rescan }: Arguments): Scan {
  if (!rescan) return 'unwanted';
  return wallet.source?.isReachable === true ? 'wanted' : 'impossible';
}

/** Looks at the whole chain. The key is kept whatever becomes of that. */
async function search(
  wallet: Wallet,
  { signal, json }: { readonly signal: AbortSignal; readonly json: boolean },
  io: Io,
): Promise<void> {
  const again = 'the key is in the wallet; run the same command again to find its coins';
  const tip = (await wallet.source?.tip())?.height ?? 0;
  const progress = new Progress({ title: 'Searching', quiet: json }, io);
  const onProgress = (height: number): void =>
    progress.update({ fraction: height / Math.max(1, tip), detail: `block ${grouped(height)}` });
  try {
    await wallet.rescan({ from: 0, signal, onProgress });
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw new CommandError('unreadable', `${error.message}: ${again}`);
  } finally {
    progress.end();
  }
  if (signal.aborted)
    throw new CommandError('stopped', `stopped before the search was over: ${again}`);
}

function takenText(
  { address, label, isNew }: TakenKey,
  { name }: Wallet,
  { file }: Arguments,
  io: Io,
): string {
  const called = label === '' ? 'without a name' : `called ${quote(label)}`;
  const { green } = paintFor(io.out);
  return isNew
    ? `${green('Imported')} the key of ${file} into ${quote(name)}: ${address}, ${called}.`
    : `The wallet ${quote(name)} has the key of ${file} already: ${address}, ${called}. Nothing was changed.`;
}

function foundText(
  coins: number,
  sum: bigint,
  scan: Scan,
  { file }: Arguments,
  { command }: Io,
): string {
  if (scan === 'impossible') {
    return `There is no node to search for its coins; once there is one, run it again: ${command} wallet import-pem ${file}`;
  }
  if (coins === 0)
    return scan === 'wanted' ? 'It has no coins now.' : 'The chain was not searched.';
  return `It has ${coins === 1 ? '1 coin' : `${grouped(coins)} coins`}, worth ${coinsText(sum)} in all.`;
}

/** What a file is called, without its folder and its ending. */
function bareName(path: string): string {
  const name = path.split(/[/\\]/).at(-1) ?? '';
  return name.replace(/(?<=.)\.[^.]*$/, '');
}
