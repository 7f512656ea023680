/** `-walletnotify`: a command of the user's for each transaction of a wallet that is new, or has moved. */
import { toReversedHex } from '../protocol/bytes/hex.ts';
import type { WalletTx } from '../wallet/ledger/wallet-tx.ts';
import type { Wallet } from '../wallet/wallet.ts';
import { type CommandParts, runCommand } from './run-command.ts';

/**
 * Runs a command in which `%s` stands for the txid, `%w` for the name of the wallet, `%b` for the hash of
 * the block, and `%h` for its height.
 *
 * @example
 * const onTransaction = walletNotifier('notify %w %s', { programs, log });
 */
export function walletNotifier(
  command: string,
  parts: CommandParts,
): (wallet: Pick<Wallet, 'name'>, walletTx: WalletTx) => void {
  return ({ name }, { txid, state }) => {
    const isConfirmed = state.kind === 'confirmed';
    const values: Readonly<Record<string, string>> = {
      '%s': toReversedHex(txid),
      '%b': isConfirmed ? toReversedHex(state.block) : 'unconfirmed',
      '%h': isConfirmed ? String(state.height) : '-1',
      '%w': shellQuoted(name),
    };
    // All at once: what stands for a name may have a percent sign in it.
    void runCommand(
      command.replace(/%[sbhw]/g, (mark) => values[mark] ?? mark),
      parts,
    );
  };
}

/** As one word for a shell of POSIX, whatever is in it. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\"'\"'")}'`;
}
