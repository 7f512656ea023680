import type { Wallet } from '../../wallet/wallet.ts';
import { CommandError } from '../command-error.ts';
import type { Io } from '../io.ts';
import { oneLine } from '../quote.ts';
import type { WalletSession } from './wallet-session.ts';

/**
 * The wallet that was named; without a name, all that can be opened. One that is open elsewhere is named
 * on standard error, and left out, unless it is the only one.
 *
 * @throws CommandError `no-wallet`, `in-use`
 */
export async function openAll(
  session: WalletSession,
  named: string | undefined,
  io: Pick<Io, 'err'>,
): Promise<readonly Wallet[]> {
  const names = await session.names();
  if (named !== undefined || names.length < 2) return [await session.open(named)];
  const wallets: Wallet[] = [];
  for (const name of names) {
    try {
      wallets.push(await session.open(name));
    } catch (error) {
      if (!(error instanceof CommandError && error.code === 'in-use')) throw error;
      io.err.write(`Left out: ${oneLine(error.message)}\n`);
    }
  }
  return wallets;
}
