import type { Command } from '../command-spec.ts';
import { EXIT_OK } from '../exit-code.ts';
import { quote } from '../quote.ts';
import type { walletName as spec } from '../table/wallet-addresses.ts';
import { UsageError } from '../usage-error.ts';
import { addressScript } from '../wallet/find-recipient.ts';
import { printJson } from '../wallet/print-json.ts';
import { useWallets } from '../wallet/wallet-session.ts';

const LONGEST = 100;

export const walletName: Command<typeof spec> = (args, io) => {
  const { address, label } = args;
  if (label === '' || label.length > LONGEST) {
    const message = `LABEL is ${quote(label)}; allowed are 1 to ${LONGEST} characters`;
    throw new UsageError('bad-value', message);
  }
  return useWallets({ ...args, offline: true }, io, async (session) => {
    const chosen = await session.chosenName();
    const script = addressScript(address, session.params);
    const wallet = await session.open(chosen);
    await wallet.setLabel(script, label);
    const own = wallet.state.ledger.isOurs(script);
    if (args.json) printJson(io, { wallet: wallet.name, address, label, own });
    else {
      const what = own ? 'Your address' : 'The address';
      io.out.write(`${what} ${address} is called ${label} in the wallet ${wallet.name}.\n`);
    }
    return EXIT_OK;
  });
};
