import { CodedError } from '../../protocol/bytes/coded-error.ts';
import type { Wallet } from '../../wallet/wallet.ts';
import type { Io } from '../io.ts';
import { oneLine } from '../quote.ts';
import type { WalletSession } from './wallet-session.ts';

/**
 * The wallet that was named; without a name, all that can be opened. One that is damaged, or open
 * elsewhere, is told on standard error, and left out, as long as there are others.
 *
 * @throws CommandError `no-wallet`, `in-use`, `stopped`; WalletError, StorageError
 */
export async function openAll(
  session: WalletSession,
  named: string | undefined,
  io: Pick<Io, 'err'>,
): Promise<readonly Wallet[]> {
  const names = await session.names();
  if (named !== undefined || names.length < 2) return [await session.open(named)];
  const wallets: Wallet[] = [];
  const problems: CodedError[] = [];
  for (const name of names) {
    try {
      wallets.push(await session.open(name));
    } catch (error) {
      if (!(error instanceof CodedError) || session.signal.aborted) throw error;
      problems.push(error);
    }
  }
  const [first] = problems;
  if (first !== undefined && wallets.length === 0) throw first;
  for (const { message } of problems) io.err.write(`Left out: ${oneLine(message)}\n`);
  return wallets;
}
