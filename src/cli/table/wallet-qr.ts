import type { CommandSpec } from '../command-spec.ts';
import { WALLET_FOLDER_OPTIONS, WALLET_OPTION } from './wallet-options.ts';

export const walletQr = {
  summary: 'Show an address as a QR code, and ask for an amount',
  about: [
    'The code holds a link that wallets of phones understand (BIP21): bitcoin:ADDRESS?amount=…&label=…&message=…. It is drawn in the terminal, black on white where there are colours, or into a picture.',
    'The address is checked first: a code of a mistyped one would cost money. A name works as well, of an address in one of your wallets.',
  ],
  arguments: { address: { about: 'An address, or the name of one in the wallet' } },
  options: {
    amount: { kind: 'text', value: 'AMOUNT', about: 'How many coins are asked for, such as 0.25' },
    label: { kind: 'text', value: 'TEXT', about: 'Who is paid: others’ wallets keep it as a name' },
    message: { kind: 'text', value: 'TEXT', about: 'What the payment is for' },
    plain: { kind: 'flag', about: 'Put the address alone into the code, without bitcoin:' },
    invert: {
      kind: 'flag',
      about: 'For dark letters on a light ground, where the output has no colours',
    },
    output: {
      kind: 'text',
      value: 'FILE.svg',
      about: 'Write a picture instead, which is sharp at any size',
    },
    force: { kind: 'flag', about: 'Write over that file, if it is there' },
    ...WALLET_OPTION,
    ...WALLET_FOLDER_OPTIONS,
  },
  examples: [
    {
      shows: 'For the next customer',
      line: 'blockyard wallet qr yard1qw508d6qejxtdg4y5r3zarvary0c5xw7k7v6ltl --amount 0.25 --label "Ada’s shop" --message "Order 17"',
    },
    {
      shows: 'An address of yours by its name, to be printed',
      line: 'blockyard wallet qr rent --output rent.svg',
    },
  ],
} as const satisfies CommandSpec;
