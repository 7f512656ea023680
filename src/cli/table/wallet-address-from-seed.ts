import type { CommandSpec } from '../command-spec.ts';
import { WALLET_FOLDER_OPTIONS } from './wallet-options.ts';

export const walletAddressFromSeed = {
  summary: 'Make an address of a text, always the same: for lessons and tests',
  about: [
    'The private key is the SHA-256 of the text, byte for byte as it is typed, in UTF-8; the address is that of its public key (P2WPKH). The same text gives the same key on every machine, with nothing kept anywhere.',
    'That is why it must never hold coins that matter: whoever guesses the text has them. Programs try whole libraries, at billions of texts a second, and take what they find within a block. On main the command refuses, unless you insist.',
    'To spend what the address gets, write its key with --pem, and take it into a wallet with blockyard wallet import-pem.',
  ],
  arguments: { text: { about: 'Any text; quote it for the shell if it has spaces' } },
  options: {
    chain: WALLET_FOLDER_OPTIONS.chain,
    pem: {
      kind: 'text',
      value: 'FILE',
      about: 'Write the private key into this file, too, as openssl ec reads it',
    },
    'i-know': {
      kind: 'flag',
      about: 'Do it on main as well, where anybody may take what the address gets',
    },
    json: { kind: 'flag', about: 'Print one JSON object' },
  },
  examples: [
    {
      shows: 'An address that everybody in the class gets',
      line: 'blockyard wallet address-from-seed "lesson 1"',
    },
    {
      shows: 'The same with its key, for a wallet',
      line: 'blockyard wallet address-from-seed "lesson 1" --pem lesson.pem',
    },
  ],
} as const satisfies CommandSpec;
