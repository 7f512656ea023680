import type { Command } from '../command-spec.ts';
import { EXIT_OK } from '../exit-code.ts';
import type { walletNewAddress as spec } from '../table/wallet-addresses.ts';
import { printJson } from '../wallet/print-json.ts';
import { useWallet } from '../wallet/wallet-session.ts';

export const walletNewAddress: Command<typeof spec> = (args, io) =>
  useWallet(args, io, async (wallet) => {
    const { type, label = '' } = args;
    const { address } = await wallet.newAddress({ type, label });
    // The address alone, so that it can be put into another command.
    if (args.json) printJson(io, { wallet: wallet.name, address, label, type });
    else io.out.write(`${address}\n`);
    return EXIT_OK;
  });
