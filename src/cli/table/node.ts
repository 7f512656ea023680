import type { CommandSpec } from '../command-spec.ts';

export const nodeSpec = {
  summary: 'Run a node: follow a chain together with others, and serve programs',
  about: [
    'Speaks the protocol of Bitcoin with whoever speaks it, Bitcoin Core included: finds peers, fetches and checks the chain with the most work, and passes blocks and transactions on. Programs reach it over JSON-RPC. It runs until Ctrl-C, SIGTERM, or the method stop.',
    "It is started as Bitcoin Core's bitcoind is: by the same options, with one dash or two, the same bitcoin.conf, or environment variables (BLOCKYARD_RPCPORT=1). Its data folder has the same files in the same places. Without an option it follows Bitcoin's main chain.",
    'On main, testnet4 and signet it finds peers by itself. On lab and on chains of your own, nodes on the same local network find each other with nothing to be set; to reach others, and on regtest, name one of them with -connect or -addnode.',
    'The log goes to standard output and to debug.log in the folder of the chain.',
  ],
  arguments: {
    options: {
      about: 'All options are in docs/options.md, and in blockyard node --help',
      optional: true,
      many: true,
    },
  },
  options: {},
  examples: [
    { shows: 'A node of a chain for tests', line: 'blockyard node -regtest' },
    {
      shows: 'A node of a chain with real proof of work, that leaves no trace',
      line: 'blockyard node --chain lab --memory',
    },
    {
      shows: 'A node that follows another one, with a log for programs',
      line: 'blockyard node --chain lab --memory --port 0 --rpcport 0 --connect 127.0.0.1 --log-format json',
    },
  ],
  readsItself: true,
} as const satisfies CommandSpec;
