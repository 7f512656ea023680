import { WalletError } from '../../wallet/wallet-error.ts';
import type { Command } from '../command-spec.ts';
import { EXIT_OK } from '../exit-code.ts';
import type { walletEncrypt as spec } from '../table/wallet-making.ts';
import { printJson } from '../wallet/print-json.ts';
import { useWallet } from '../wallet/wallet-session.ts';

export const walletEncrypt: Command<typeof spec> = (args, io) =>
  useWallet({ ...args, offline: true }, io, async (wallet, { wallets, secrets }) => {
    const { name } = wallet;
    if (wallet.isEncrypted) {
      throw new WalletError('encrypted', `the wallet ${name} has a passphrase already`);
    }
    await wallets.encrypt(name, await secrets.newPassphrase());
    if (args.json) printJson(io, { wallet: name, encrypted: true });
    else {
      io.out.write(
        `The keys of ${name} are under the passphrase now. Older backups of it have them as they were.\n`,
      );
    }
    return EXIT_OK;
  });
