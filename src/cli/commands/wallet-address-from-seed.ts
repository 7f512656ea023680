import { toHex } from '../../protocol/bytes/hex.ts';
import type { Command } from '../command-spec.ts';
import { EXIT_OK } from '../exit-code.ts';
import { findChain } from '../find-chain.ts';
import type { Io } from '../io.ts';
import { paintFor } from '../paint.ts';
import { shellWord } from '../quote.ts';
import type { walletAddressFromSeed as spec } from '../table/wallet-address-from-seed.ts';
import { UsageError } from '../usage-error.ts';
import { checkPemPath, writePemKey } from '../wallet/pem-file.ts';
import { printJson } from '../wallet/print-json.ts';
import { keyFromText } from '../wallet/seed-address.ts';

const METHOD = 'sha256(text) is the private key; P2WPKH of its compressed public key';
const WARNING =
  'whoever guesses the text has the coins, and programs guess billions a second: for lessons and tests alone';

export const walletAddressFromSeed: Command<typeof spec> = async (args, io) => {
  const { text, pem } = args;
  if (text === '')
    throw new UsageError('bad-value', 'TEXT is empty; that is the first that anybody tries');
  const chain = await findChain(args.chain, io);
  if (chain.name === 'main' && !args['i-know']) {
    const message = `on main, thieves watch the addresses of texts, and take what they get within a block; --i-know does it all the same`;
    throw new UsageError('bad-value', message);
  }
  if (pem !== undefined) await checkPemPath(pem, io.disk);
  const { address, publicKey, privateKey } = keyFromText(text, chain);
  if (pem !== undefined) await writePemKey(pem, privateKey, io.disk);
  if (args.json) {
    const json = { chain: chain.name, address, publicKey: toHex(publicKey), method: METHOD, pem };
    printJson(io, json);
  } else io.out.write(explanation({ text, address, publicKey, pem, chain: args.chain }, io));
  io.err.write(`${paintFor(io.err).yellow('Careful')}: ${WARNING}.\n`);
  return EXIT_OK;
};

interface Made {
  readonly text: string;
  readonly address: string;
  readonly publicKey: Uint8Array;
  readonly pem: string | undefined;
  readonly chain: string;
}

/** The address alone in the first line, for those who copy it. */
function explanation({ text, address, publicKey, pem, chain }: Made, io: Io): string {
  const { dim } = paintFor(io.out);
  const place = chain === 'lab' ? '' : ` --chain ${shellWord(chain)}`;
  const file = shellWord(pem ?? '');
  return [
    address,
    '',
    dim('How it is made:'),
    `  private key  the SHA-256 of the text:  printf %s ${shellWord(text)} | sha256sum`,
    `  public key   ${toHex(publicKey)}`,
    `  address      the HASH160 of that in Bech32, with version 0 in front (P2WPKH)`,
    ...(pem === undefined
      ? []
      : ['', `Its key is in ${pem}; to spend: ${io.command} wallet import-pem ${file}${place}`]),
    '',
  ].join('\n');
}
