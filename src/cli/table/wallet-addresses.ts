/** Commands about addresses and their names. */
import type { CommandSpec } from '../command-spec.ts';
import { WALLET_FOLDER_OPTIONS, WALLET_OPTION, WALLET_OPTIONS } from './wallet-options.ts';

export const walletNewAddress = {
  summary: 'A fresh address to be paid to',
  about: [
    'Each address is given out once. Give everybody who pays you one of their own, and name it: the history then says who paid.',
    'The address is on the disk before it is shown, so that no crash can lose what is paid to it. It is printed alone, so that another command can take it: blockyard start -mine=$(blockyard wallet new-address)',
  ],
  arguments: { label: { about: 'What it is called, for yourself', optional: true } },
  options: {
    type: {
      kind: 'text',
      value: 'TYPE',
      about: 'The kind of address',
      choices: ['bech32', 'bech32m', 'p2sh-segwit', 'legacy'],
      default: 'bech32',
    },
    ...WALLET_OPTIONS,
  },
  examples: [
    { shows: 'An address for the rent', line: 'blockyard wallet new-address rent' },
    { shows: 'One of Taproot', line: 'blockyard wallet new-address --type bech32m' },
  ],
} as const satisfies CommandSpec;

export const walletAddresses = {
  summary: 'All addresses, and what is on them',
  about: [
    'Confirmed is what blocks have and may be spent; pending is what no block has yet, and mined coins that are not old enough to be spent. (change) is what came back from own payments, on addresses that nobody was given.',
    'With --book, it lists the names of others’ addresses instead (blockyard wallet name).',
  ],
  arguments: {},
  options: {
    book: { kind: 'flag', about: 'The address book: names of others’ addresses' },
    ...WALLET_OPTIONS,
  },
  examples: [
    { shows: 'Of all wallets on lab', line: 'blockyard wallet addresses' },
    {
      shows: 'Of one of them, for a program',
      line: 'blockyard wallet addresses --wallet rent --json',
    },
  ],
} as const satisfies CommandSpec;

export const walletName = {
  summary: 'Name an address, so that it can be paid by name',
  about: [
    'An address of somebody else goes into the address book of the wallet; one of your own is called anew. blockyard wallet send then takes the name.',
  ],
  arguments: {
    address: { about: 'The address' },
    label: { about: 'What it is called' },
  },
  options: { ...WALLET_OPTION, ...WALLET_FOLDER_OPTIONS },
  examples: [
    {
      shows: 'The address of a friend, who can then be paid as ada',
      line: 'blockyard wallet name yard1qw508d6qejxtdg4y5r3zarvary0c5xw7k7v6ltl ada',
    },
  ],
} as const satisfies CommandSpec;
