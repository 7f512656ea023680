/** Commands that pay, and that tell of payments. */
import type { CommandSpec } from '../command-spec.ts';
import { PASSPHRASE_OPTION, WALLET_OPTIONS } from './wallet-options.ts';

const FEE_RATE = {
  'fee-rate': {
    kind: 'text',
    value: 'SAT/VB',
    about: 'Satoshis for each virtual byte; by default what the node estimates',
  },
} as const;

export const walletSend = {
  summary: 'Pay an address, a name, or another wallet',
  about: [
    'AMOUNT is in coins, with up to eight decimals. TO is an address, a name from the address book, or another wallet of the same folder, of which a fresh address is taken. FROM is the wallet that pays; it can be left out where there is only one, or where --wallet names it.',
    'The payment is on the disk before any node hears of it, and is offered again until a block has it: it survives a crash, a restart, and a node that is not there. What cannot be paid is refused, and nothing is changed.',
    'Where no node has an estimate of fees, 2 satoshis for each virtual byte are paid; on main, --fee-rate has to be named then. A wallet with a passphrase asks for it.',
  ],
  arguments: {
    from: { about: 'The wallet that pays', optional: true },
    amount: { about: 'How much, in coins' },
    to: { about: 'An address, or a name' },
  },
  options: {
    ...FEE_RATE,
    message: {
      kind: 'text',
      value: 'TEXT',
      about: 'Rides in the payment, for all to read (OP_RETURN, up to 80 bytes)',
    },
    'dry-run': { kind: 'flag', about: 'Show what would be paid, with its fee, and pay nothing' },
    ...PASSPHRASE_OPTION,
    ...WALLET_OPTIONS,
  },
  examples: [
    {
      shows: 'Half a coin to an address, from the only wallet',
      line: 'blockyard wallet send 0.5 yard1qw508d6qejxtdg4y5r3zarvary0c5xw7k7v6ltl',
    },
    { shows: 'From one wallet to another one', line: 'blockyard wallet send savings 1.25 rent' },
    {
      shows: 'What it would cost at 5 satoshis for each virtual byte',
      line: 'blockyard wallet send savings 1.25 rent --fee-rate 5 --dry-run',
    },
    {
      shows: 'With a message',
      line: 'blockyard wallet send savings 0.01 rent --message "for the coffee"',
    },
  ],
} as const satisfies CommandSpec;

export const walletBump = {
  summary: 'Raise the fee of a payment that waits',
  about: [
    'Replaces the payment by one that pays the same, and more to whoever mines it (BIP125). The difference comes out of the change, or out of further coins. Only one of the two can ever be confirmed.',
  ],
  arguments: {
    txid: { about: 'The payment: its txid, or the beginning of it' },
  },
  options: { ...FEE_RATE, ...PASSPHRASE_OPTION, ...WALLET_OPTIONS },
  examples: [
    { shows: 'As much more as is needed', line: 'blockyard wallet bump 4a5e1e4b' },
    {
      shows: 'To a certain rate',
      line: 'blockyard wallet bump 4a5e1e4b --fee-rate 20 --wallet savings',
    },
  ],
} as const satisfies CommandSpec;

export const walletAbandon = {
  summary: 'Give up a payment that no node takes',
  about: [
    'A payment is offered again and again until a block has it. Given up, it is not offered any more, with all that depends on it, and the coins it spends are free again. It stays in the history. One that no node knows yet is sent as soon as a node is there: give it up with --offline.',
    'What a node has cannot be given up, since anybody may mine it: raise its fee instead (blockyard wallet bump). And if somebody was handed the payment elsewhere, they can still send it.',
  ],
  arguments: {
    txid: { about: 'The payment: its txid, or the beginning of it' },
  },
  options: WALLET_OPTIONS,
  examples: [
    { shows: 'What was refused by the node', line: 'blockyard wallet abandon 4a5e1e4b' },
    {
      shows: 'In one of several wallets',
      line: 'blockyard wallet abandon 4a5e1e4b --wallet savings',
    },
  ],
} as const satisfies CommandSpec;

export const walletBalance = {
  summary: 'How much there is',
  about: [
    'Confirmed is what blocks have. Pending is what they do not have yet: payments that come in, and change of those that go out. Immature is what was mined and is not old enough to be spent.',
    'Without --wallet, it is that of all wallets of the chain.',
  ],
  arguments: {},
  options: {
    prefix: {
      kind: 'text',
      value: 'P',
      about: 'Only what is on addresses whose name begins so',
    },
    confirmations: {
      kind: 'number',
      value: 'N',
      about: 'How many blocks it takes to be confirmed; by default 1',
      min: 1,
      max: 1_000_000,
    },
    ...WALLET_OPTIONS,
  },
  examples: [
    { shows: 'Of all wallets on lab', line: 'blockyard wallet balance' },
    {
      shows: 'Of one, where nothing counts that is less than six blocks deep',
      line: 'blockyard wallet balance --wallet savings --confirmations 6',
    },
    {
      shows: 'What was paid to rent-2025, rent-2026 …',
      line: 'blockyard wallet balance --prefix rent-',
    },
  ],
} as const satisfies CommandSpec;

export const walletHistory = {
  summary: 'What was received, sent and mined',
  about: [
    'The newest is at the end. A payment without a block says what it waits for: 0 is a node that has it, unsent no node yet; replaced, given up and void are those that never come.',
  ],
  arguments: {},
  options: {
    limit: {
      kind: 'number',
      value: 'N',
      about: 'Show the last N only; by default 20, and 0 for all',
      min: 0,
      max: 1_000_000_000,
    },
    ...WALLET_OPTIONS,
  },
  examples: [
    { shows: 'The last twenty', line: 'blockyard wallet history' },
    {
      shows: 'All of them, for a program',
      line: 'blockyard wallet history --limit 0 --json --wallet savings',
    },
  ],
} as const satisfies CommandSpec;

export const walletSync = {
  summary: 'Follow the chain, and tell of payments as they come',
  about: [
    'Goes to where the chain is, sends what waits, and then tells of each block, and of each payment that comes, goes or is confirmed, until Ctrl-C. A node that is not there, or goes away, is waited for. With --json, each is an object in a line of its own.',
    'Without --wallet, all wallets of the chain are followed.',
  ],
  arguments: {},
  options: WALLET_OPTIONS,
  examples: [
    { shows: 'All wallets on lab', line: 'blockyard wallet sync' },
    { shows: 'One, for a program', line: 'blockyard wallet sync --wallet savings --json' },
  ],
} as const satisfies CommandSpec;
