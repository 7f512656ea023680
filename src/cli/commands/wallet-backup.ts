import { CommandError } from '../command-error.ts';
import type { Command } from '../command-spec.ts';
import { EXIT_OK } from '../exit-code.ts';
import { quote } from '../quote.ts';
import type { walletBackup as spec } from '../table/wallet-making.ts';
import { printJson } from '../wallet/print-json.ts';
import { useWallet } from '../wallet/wallet-session.ts';

export const walletBackup: Command<typeof spec> = (args, io) =>
  useWallet({ ...args, offline: true }, io, async (wallet) => {
    const { file } = args;
    // An older backup may be all that somebody has.
    if ((await io.disk.stat(file)) !== undefined) {
      throw new CommandError('exists', `${quote(file)} exists already; name another file`);
    }
    await wallet.backup(io.disk, file);
    if (args.json) {
      printJson(io, { wallet: wallet.name, file, encrypted: wallet.isEncrypted });
      return EXIT_OK;
    }
    const care = wallet.isEncrypted
      ? 'Its keys are under the passphrase of the wallet.'
      : 'Whoever has the file has the coins: keep it where you keep the words.';
    io.out.write(`All of the wallet ${wallet.name} is in ${file}.\n${care}\n`);
    return EXIT_OK;
  });
