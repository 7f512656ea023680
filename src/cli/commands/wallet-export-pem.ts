import type { Wallet } from '../../wallet/wallet.ts';
import type { Command } from '../command-spec.ts';
import { EXIT_OK } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { paintFor } from '../paint.ts';
import { quote, shellWord } from '../quote.ts';
import type { walletExportPem as spec } from '../table/wallet-export-pem.ts';
import { type OwnAddress, ownAddress } from '../wallet/own-address.ts';
import { checkPemPath, type WrittenPem, writePemKey } from '../wallet/pem-file.ts';
import { printJson } from '../wallet/print-json.ts';
import { privateKeyOf, requireSingleKey } from '../wallet/single-key.ts';
import { useWallet } from '../wallet/wallet-session.ts';

export const walletExportPem: Command<typeof spec> = async (args, io) => {
  const { file } = args;
  await checkPemPath(file, io.disk);
  return useWallet({ ...args, offline: true }, io, async (wallet, session) => {
    const own = ownAddress(args.name, wallet);
    // What cannot be written takes no passphrase.
    requireSingleKey(wallet, own.script, own.address);
    await session.unlock(wallet);
    const key = privateKeyOf(wallet, own.script, own.address);
    const written = await writePemKey(file, key, io.disk);
    key.fill(0);
    const { address, label } = own;
    const json = { wallet: wallet.name, address, label, file, isNew: written.isNew };
    if (args.json) printJson(io, json);
    else io.out.write(`${writtenText(own, file, written, io)}\n`);
    warn(wallet, own, { file, written }, io);
    return EXIT_OK;
  });
};

function writtenText(
  { address, label }: OwnAddress,
  file: string,
  { isNew }: WrittenPem,
  { out }: Io,
): string {
  const whose = label === '' ? address : `${address} (${quote(label)})`;
  return isNew
    ? `${paintFor(out).green('Wrote')} ${file}: the private key of ${whose}. Whoever reads it has the coins.`
    : `${file} has the private key of ${whose} already. Nothing was changed.`;
}

/** What a key in a file puts at risk that nobody sees from outside. */
function warn(
  wallet: Wallet,
  { script }: OwnAddress,
  { file, written }: { readonly file: string; readonly written: WrittenPem },
  { err }: Io,
): void {
  const { yellow } = paintFor(err);
  if (written.isOpen) {
    err.write(`${yellow('Careful')}: others may read ${file}; chmod 600 ${shellWord(file)}\n`);
  }
  if (wallet.state.keys.ownerOf(script)?.keeper.isRanged === true) {
    const why = 'with one private key of an account and its public key, all others follow (BIP32)';
    err.write(
      `${yellow('Careful')}: show nobody both this file and the descriptors of the wallet: ${why}.\n`,
    );
  }
}
