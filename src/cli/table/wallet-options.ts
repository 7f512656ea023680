/** Options of all commands of wallets. */
import type { OptionSpec } from '../command-spec.ts';
import { DEFAULT_DATADIR } from './chain-options.ts';

/** Which folder of wallets, and how the answer is written. */
export const WALLET_FOLDER_OPTIONS = {
  chain: {
    kind: 'text',
    value: 'NAME|FILE',
    about: 'The chain whose coins these are',
    default: 'lab',
  },
  datadir: {
    kind: 'text',
    value: 'FOLDER',
    about: 'The data folder: wallets are kept in CHAIN/wallets in it',
    default: DEFAULT_DATADIR,
  },
  json: { kind: 'flag', about: 'Print one JSON object; amounts are text with 8 decimals' },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** Which node it is asked. */
export const WALLET_NODE_OPTIONS = {
  node: {
    kind: 'text',
    value: 'HOST[:PORT]',
    about: 'The JSON-RPC of the node; by default that of the same chain and data folder',
  },
  rpcuser: {
    kind: 'text',
    value: 'NAME',
    about: 'Who calls the node; the password is asked for, or is rpcpassword of bitcoin.conf',
  },
  offline: { kind: 'flag', about: 'Look for no node' },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export const WALLET_OPTION = {
  wallet: {
    kind: 'text',
    value: 'NAME',
    about: 'Which wallet; needed where there are several',
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** For commands about one wallet that exists. */
export const WALLET_OPTIONS = {
  ...WALLET_OPTION,
  ...WALLET_FOLDER_OPTIONS,
  ...WALLET_NODE_OPTIONS,
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** For commands that may have to sign, or that take secrets. */
export const PASSPHRASE_OPTION = {
  'passphrase-stdin': {
    kind: 'flag',
    about: 'Read the passphrase from standard input: the last line of it',
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;
