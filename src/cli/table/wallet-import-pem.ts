import type { CommandSpec } from '../command-spec.ts';
import { PASSPHRASE_OPTION, WALLET_OPTIONS } from './wallet-options.ts';

export const walletImportPem = {
  summary: 'Take a private key of OpenSSL into a wallet',
  about: [
    'Reads a key of the curve secp256k1 from a PEM file, as openssl ecparam, openssl ec and openssl pkey write it (SEC1 or PKCS#8), and as blockyard start keeps it in miner.pem. The wallet then has an address of that key, under the name of the file or the one that you give.',
    'The key is on the disk before the command says so. Then the chain is searched for coins that the key has got before; where no node is there, run the command again later: a key that the wallet has is not taken twice, and its coins are looked for once more.',
    'The words of the wallet know nothing of this key: keep the file, or a backup of the wallet.',
  ],
  arguments: { file: { about: 'The PEM file; it must not be encrypted' } },
  options: {
    ...WALLET_OPTIONS,
    name: {
      kind: 'text',
      value: 'LABEL',
      about: 'What the address is called; by default, what the file is called',
    },
    type: {
      kind: 'text',
      value: 'TYPE',
      about:
        'The kind of address: bech32 (wpkh), bech32m (tr), p2sh-segwit (sh(wpkh)) or legacy (pkh)',
      choices: ['bech32', 'bech32m', 'p2sh-segwit', 'legacy'],
      default: 'bech32',
    },
    rescan: {
      kind: 'flag',
      about: 'Search the chain for coins of the key; --no-rescan for a key that is new',
      default: true,
    },
    ...PASSPHRASE_OPTION,
  },
  examples: [
    { shows: 'A key of OpenSSL', line: 'openssl ecparam -name secp256k1 -genkey -out shop.pem' },
    { shows: 'It becomes the address “shop”', line: 'blockyard wallet import-pem shop.pem' },
    {
      shows: 'What blockyard start has mined on this machine',
      line: 'blockyard wallet import-pem ~/.blockyard/lab/miner.pem --name mining',
    },
  ],
} as const satisfies CommandSpec;
