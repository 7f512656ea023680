import type { CommandSpec } from '../command-spec.ts';

export const startSpec = {
  summary: 'Mine on a chain of your own, and watch it live',
  about: [
    'Starts a node on the chain lab, which has all of Bitcoin and a block every ten seconds, mines on it, and shows height, hash rate, peers and the last blocks as they come. It runs until Ctrl-C, and goes on from there the next time.',
    'It is a full node like any other: programs reach it by blockyard rpc, another one on the same local network finds it by itself, and both then follow the same chain.',
    'The rewards go to a key of its own, in the file miner.pem of its folder. Name another address with -mine.',
  ],
  arguments: {
    options: {
      about: 'The options of blockyard node, such as -datadir, -mine or -minethreads',
      optional: true,
      many: true,
    },
  },
  options: {},
  examples: [
    { shows: 'A chain of your own, mined and shown', line: 'blockyard start' },
    {
      shows: 'A second one beside it, that mines against the first',
      line: 'blockyard start -datadir=./second -port=0 -rpcport=0 -connect=127.0.0.1',
    },
    { shows: 'One that leaves no trace', line: 'blockyard start -memory' },
  ],
  readsItself: true,
} as const satisfies CommandSpec;
