import type { CommandSpec } from '../command-spec.ts';

export const mineSpec = {
  summary: 'Mine for a node that is somewhere else, alone, and for yourself',
  about: [
    'Asks a node what to mine (getblocktemplate), searches for a block with WebAssembly on as many threads as it may, and hands in what it finds (submitblock). All of a block’s reward goes to your address. The node can be one of ours, or a Bitcoin Core; where it has another block meanwhile, the search goes on with that within milliseconds.',
    'Without --rpc, it mines for the node of that chain on this machine, whose bitcoin.conf says where that is; without a password, it proves with the node’s cookie that it may. A node that is not there, or goes away, is waited for. Where blocks are next to free, as on regtest, it finds one a second.',
    'Whether it pays: a chain whose blocks take H hashes on average gives a miner of R hashes a second one block every H / R seconds. On Bitcoin’s own chain that is longer than the world has existed; on a chain of your own, or on lab, it is soon.',
    'It runs until Ctrl-C, or until it has --blocks. With --json, each thing that happens is an object in a line of its own.',
  ],
  arguments: {},
  options: {
    address: { kind: 'text', value: 'ADDRESS', about: 'Where the rewards go; there is no default' },
    rpc: {
      kind: 'text',
      value: 'URL',
      about: 'The node: http://[USER:PASSWORD@]HOST[:PORT]; by default the one on this machine',
    },
    chain: {
      kind: 'text',
      value: 'NAME|FILE',
      about: 'The chain whose port and cookie are used where none are given',
      default: 'main',
    },
    datadir: {
      kind: 'text',
      value: 'FOLDER',
      about: 'The data folder of the node, where its bitcoin.conf and its cookie are',
      default: '~/.blockyard',
    },
    user: { kind: 'text', value: 'NAME', about: 'Who calls the node (-rpcuser of the node)' },
    password: { kind: 'text', value: 'PASSWORD', about: 'Their password (-rpcpassword)' },
    cookie: {
      kind: 'text',
      value: 'FILE',
      about: 'The cookie of the node, instead of a password: ~/.bitcoin/regtest/.cookie',
    },
    threads: {
      kind: 'number',
      value: 'N',
      about: 'Threads that search; by default one less than there are cores, and at least one',
      min: 1,
      max: 256,
    },
    blocks: {
      kind: 'number',
      value: 'N',
      about: 'End after so many blocks; by default never',
      min: 1,
      max: 1_000_000_000,
    },
    tag: {
      kind: 'text',
      value: 'TEXT',
      about: 'What every block says of who made it, in up to 80 bytes',
      default: '/blockyard/',
    },
    json: { kind: 'flag', about: 'Print all that happens as JSON, an object a line' },
  },
  examples: [
    {
      shows: 'Ten blocks for the node of the chain lab on this machine',
      line: 'blockyard mine --chain lab --address yard1qw508d6qejxtdg4y5r3zarvary0c5xw7k7v6ltl --blocks 10',
    },
    {
      shows: 'For a Bitcoin Core on regtest',
      line: 'blockyard mine --rpc 127.0.0.1:18443 --cookie ~/.bitcoin/regtest/.cookie --address bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080',
    },
    {
      shows: 'For a node elsewhere, on two threads, with a log for programs',
      line: 'blockyard mine --rpc http://ada:secret@10.0.0.7:21332 --address yard1qw508d6qejxtdg4y5r3zarvary0c5xw7k7v6ltl --threads 2 --json',
    },
  ],
} as const satisfies CommandSpec;
