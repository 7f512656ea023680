import type { Command } from '../command-spec.ts';
import { EXIT_OK } from '../exit-code.ts';
import { paintFor } from '../paint.ts';
import { shellWord } from '../quote.ts';
import type { walletCreate as spec } from '../table/wallet-making.ts';
import { printJson } from '../wallet/print-json.ts';
import { useWallets } from '../wallet/wallet-session.ts';
import { wordColumns } from '../wallet/word-columns.ts';

export const walletCreate: Command<typeof spec> = (args, io) =>
  // Nothing was paid to keys that are new: there is nothing to ask a node.
  useWallets({ ...args, offline: true }, io, async (session) => {
    const { name } = args;
    // A name that is taken is refused before somebody thinks of a passphrase.
    await session.requireFree(name);
    const passphrase = args.encrypt ? await session.secrets.newPassphrase() : undefined;
    const created = await session.create(name, passphrase === undefined ? {} : { passphrase });
    const words = created.words ?? '';
    if (args.json) {
      const chain = session.params.name;
      printJson(io, { name, chain, encrypted: created.wallet.isEncrypted, words });
      return EXIT_OK;
    }
    const paint = paintFor(io.out);
    const of = session.named + (name === '' ? '' : ` --wallet ${shellWord(name)}`);
    io.out.write(
      [
        `The wallet ${paint.bold(name)} is made, on the chain ${session.params.name}. These words are its keys:`,
        '',
        ...wordColumns(words, paint),
        '',
        `${paint.yellow('Write them down now, on paper.')} They are shown this once, and kept nowhere.`,
        'Whoever has them has the coins; who loses them and this computer has none.',
        ...(args.encrypt
          ? ['The passphrase is not among them: it guards this computer only.']
          : []),
        '',
        `Next: ${paint.cyan(`${io.command} wallet new-address${of}`)}`,
        '',
      ].join('\n'),
    );
    return EXIT_OK;
  });
