import type { CommandSpec } from '../command-spec.ts';
import { PASSPHRASE_OPTION, WALLET_FOLDER_OPTIONS, WALLET_NODE_OPTIONS } from './wallet-options.ts';

export const walletTraffic = {
  summary: 'Make random payments between wallets, to fill the blocks of a test chain',
  about: [
    'Pays now and then from one wallet of the folder to another, or within the only one: small and large amounts, low and high fees, sometimes with a message, sometimes in parts; and sometimes the fee of an earlier payment is raised. The moments are random too, as those of real payments are.',
    'It needs a node, and coins in one of the wallets: with few coins it begins slowly, since a coin that has just been paid waits for a block, and it waits where no wallet can pay. Nothing is ever given away, except fees to the miners.',
    'It runs until Ctrl-C or for --duration, and says how it went. The same --seed makes the same choices, as far as the wallets have the same coins. With --json, each thing that happens is an object in a line of its own. It refuses to do that on main.',
  ],
  arguments: {},
  options: {
    rate: {
      kind: 'text',
      value: 'N',
      about: 'Payments a second, on average: from 0.001 to 1000',
      default: '1',
    },
    wallets: {
      kind: 'text',
      value: 'NAME,NAME',
      about: 'Between which wallets; by default all of the folder that can pay',
    },
    duration: {
      kind: 'number',
      value: 'SECONDS',
      about: 'End after so long; by default never',
      min: 1,
      max: 1_000_000_000,
    },
    seed: { kind: 'text', value: 'TEXT', about: 'What all choices follow from; drawn by default' },
    ...WALLET_FOLDER_OPTIONS,
    json: { kind: 'flag', about: 'Print all that happens as JSON, an object a line' },
    node: WALLET_NODE_OPTIONS.node,
    rpcuser: WALLET_NODE_OPTIONS.rpcuser,
    ...PASSPHRASE_OPTION,
  },
  examples: [
    {
      shows: 'A busy day on lab, beside blockyard start',
      line: 'blockyard wallet traffic --rate 2',
    },
    {
      shows: 'A minute between two of the wallets on regtest, for a program',
      line: 'blockyard wallet traffic --chain regtest --wallets ada,bob --rate 20 --duration 60 --json',
    },
  ],
} as const satisfies CommandSpec;
