import type { CommandSpec } from '../command-spec.ts';

export const rpcSpec = {
  summary: "Call a method of a node, as Bitcoin Core's bitcoin-cli does",
  about: [
    'Calls the methods of a node over JSON-RPC: of this one, or of Bitcoin Core. It takes the options of bitcoin-cli, with one dash or two, reads the same bitcoin.conf, prints what that one prints, and ends with the number of the error as exit code.',
    'The node is found by its chain: -regtest, -testnet4, -signet or -chain=NAME, and -datadir, where its password is. -rpcconnect, -rpcport, -rpcuser and -rpcpassword name another one.',
    'Without a word, it lists the methods. -getinfo and -netinfo show how the node and its peers are, for people.',
  ],
  arguments: {
    words: {
      about: 'Options first, then the method and its arguments; JSON stands in quotes',
      optional: true,
      many: true,
    },
  },
  options: {},
  examples: [
    { shows: 'How a chain for tests is', line: 'blockyard rpc -regtest getblockchaininfo' },
    { shows: 'A block by its height', line: 'blockyard rpc -regtest getblockhash 0' },
    {
      shows: 'Arguments by their names',
      line: 'blockyard rpc -regtest -named getnetworkhashps nblocks=10',
    },
    { shows: 'How a method is called', line: 'blockyard rpc -regtest help getblock' },
  ],
  readsItself: true,
} as const satisfies CommandSpec;
