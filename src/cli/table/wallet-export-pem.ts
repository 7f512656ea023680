import type { CommandSpec } from '../command-spec.ts';
import { PASSPHRASE_OPTION, WALLET_FOLDER_OPTIONS, WALLET_OPTION } from './wallet-options.ts';

export const walletExportPem = {
  summary: 'Write the private key of an address as OpenSSL reads it',
  about: [
    'The file is a private key of secp256k1 in PEM (SEC1), which nobody but you may read (mode 0600). It works with openssl ec, openssl pkey and openssl dgst, and blockyard wallet import-pem takes it. Whoever has the file has the coins of the address.',
    'A file that is there already stays as it is. The key stays in the wallet as well.',
    'Addresses that take several keys, or a script, have no file of this kind, and a wallet that only watches has no key to write.',
  ],
  arguments: {
    name: { about: 'The name of an address of the wallet, or the address itself' },
    file: { about: 'The file to write, such as shop.pem' },
  },
  options: { ...WALLET_OPTION, ...WALLET_FOLDER_OPTIONS, ...PASSPHRASE_OPTION },
  examples: [
    { shows: 'The key of the address “shop”', line: 'blockyard wallet export-pem shop shop.pem' },
    {
      shows: 'It signs in OpenSSL',
      line: 'openssl dgst -sha256 -sign shop.pem -out signature README.md',
    },
  ],
} as const satisfies CommandSpec;
