import type { OptionSpec } from '../option-spec.ts';

/** Options of a node that say where it is, and who may call it. */
export const CLIENT_NODE_OPTIONS: readonly string[] = [
  ...['help', 'h', '?', 'help-debug', 'version'],
  ...['conf', 'includeconf', 'datadir'],
  ...['chain', 'regtest', 'signet', 'testnet', 'testnet4'],
  ...['signetchallenge', 'signetseednode', 'testactivationheight', 'vbparams'],
  ...['rpccookiefile', 'rpcpassword', 'rpcport', 'rpcuser'],
];

/** What `blockyard rpc` takes besides: the options of `bitcoin-cli`. */
export const clientOptions: readonly OptionSpec[] = [
  { name: 'addrinfo', kind: 'bool', about: 'Counts the addresses that the node knows, by network' },
  {
    name: 'color',
    kind: 'string',
    value: 'WHEN',
    default: 'auto',
    about: 'Colours of -getinfo: always, never, or auto, on a terminal',
    negatable: false,
  },
  {
    name: 'generate',
    kind: 'bool',
    about: 'Mines blocks to a new address of the wallet: how many, and how many tries each',
  },
  { name: 'getinfo', kind: 'bool', about: 'Shows in general how the node is, and its wallets' },
  {
    name: 'named',
    kind: 'bool',
    default: '0',
    about: 'Takes arguments by their names: blocks=3',
  },
  {
    name: 'netinfo',
    kind: 'bool',
    about: 'Shows the peers: a level from 0 to 4 behind it says how much of them, help explains it',
  },
  {
    name: 'rpcclienttimeout',
    kind: 'int',
    value: 'SECONDS',
    default: '900',
    about: 'How long an answer may take; 0 is for ever',
  },
  {
    name: 'rpcconnect',
    kind: 'string',
    value: 'HOST[:PORT]',
    default: '127.0.0.1',
    about: 'Where the node is',
  },
  { name: 'rpcwait', kind: 'bool', about: 'Waits until the node can be reached and has started' },
  {
    name: 'rpcwaittimeout',
    kind: 'int',
    value: 'SECONDS',
    default: '0',
    about: 'How long to wait at most; 0 is for ever',
    negatable: false,
  },
  {
    name: 'rpcwallet',
    kind: 'string',
    value: 'NAME',
    about: 'Calls this wallet of the node',
  },
  {
    name: 'stdin',
    kind: 'bool',
    about: 'Reads more arguments from standard input, one in each line: for what is secret',
  },
  {
    name: 'stdinrpcpass',
    kind: 'bool',
    about: 'Reads the password of -rpcuser from the first line of standard input',
  },
  {
    name: 'stdinwalletpassphrase',
    kind: 'bool',
    about: 'Reads the passphrase of the wallet from the next line of standard input',
  },
];
