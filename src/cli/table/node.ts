import type { CommandSpec } from '../command-spec.ts';
import { PLACE_OPTIONS, POWER_OPTIONS } from './chain-options.ts';

const MOST_PORTS = 65_535;

export const nodeSpec = {
  summary: 'Run a node: follow a chain together with others',
  about: [
    'Speaks the protocol of Bitcoin with whoever speaks it, Bitcoin Core included: finds peers, fetches and checks the chain with the most work, and passes blocks and transactions on. It runs until Ctrl-C.',
    'On main, testnet4 and signet it finds peers by itself. On all other chains, nodes on the same local network find each other with nothing to be set; to reach others, name one of them with --connect or --addnode.',
    'The log goes to standard output, a line for everything that happens now and then.',
  ],
  arguments: {},
  options: {
    ...PLACE_OPTIONS,
    listen: { kind: 'flag', default: true, about: 'Take no connections from others' },
    port: {
      kind: 'number',
      value: 'PORT',
      about: 'Where to listen; by default the port of the chain, and 0 for one that is free',
      min: 0,
      max: MOST_PORTS,
    },
    bind: { kind: 'list', value: 'ADDRESS', about: 'Listen on this address only' },
    connect: {
      kind: 'list',
      value: 'HOST[:PORT]',
      about: 'Connect to this node, and to none that is not named so',
    },
    addnode: {
      kind: 'list',
      value: 'HOST[:PORT]',
      about: 'Connect to this node, and to others as well',
    },
    seednode: {
      kind: 'list',
      value: 'HOST[:PORT]',
      about: 'Ask this node for the addresses of others, and leave it again',
    },
    whitelist: {
      kind: 'list',
      value: '[WHAT@]SUBNET',
      about: 'Let these peers do more than others: noban, mempool, relay, download, addr …',
    },
    maxconnections: {
      kind: 'number',
      value: 'N',
      about: 'Connections at most, in both directions; by default 125',
      min: 0,
      max: 10_000,
    },
    discovery: {
      kind: 'flag',
      default: true,
      about: 'Look for no other nodes on the local network, and tell it of none',
    },
    blocksonly: { kind: 'flag', about: 'Take and pass on blocks, and no transactions' },
    peerbloomfilters: { kind: 'flag', about: 'Serve wallets that send a Bloom filter (BIP37)' },
    peerblockfilters: { kind: 'flag', about: 'Make and serve filters of blocks (BIP157)' },
    ...POWER_OPTIONS,
    prune: {
      kind: 'number',
      value: 'MIB',
      about: 'Keep about so many MiB of blocks, at least 550; by default all',
      min: 0,
      max: 1_000_000_000,
    },
    'log-level': {
      kind: 'text',
      value: 'LEVEL',
      about: 'The least important lines to be told',
      choices: ['debug', 'info', 'warn', 'error'],
      default: 'info',
    },
    'log-format': {
      kind: 'text',
      value: 'FORMAT',
      about: 'Lines for people, or JSON for programs',
      choices: ['text', 'json'],
      default: 'text',
    },
  },
  examples: [
    { shows: 'A node of a test chain of your own', line: 'blockyard node --chain regtest' },
    {
      shows: 'A second one beside it, that follows the first',
      line: 'blockyard node --chain regtest --datadir ./second --port 0 --connect 127.0.0.1',
    },
    {
      shows: 'A node that leaves no trace, with a log for programs',
      line: 'blockyard node --chain lab --memory --log-format json',
    },
  ],
} as const satisfies CommandSpec;
