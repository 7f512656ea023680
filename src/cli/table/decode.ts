import type { CommandSpec } from '../command-spec.ts';

export const decode = {
  summary: 'Show what bytes, an address or a descriptor mean, as JSON',
  about: [
    'The field names, their order and their number formats are those of Bitcoin Core: a tx as in decoderawtransaction, a block as in getblock with verbosity 2 (without the fields that only its place in a chain could fill), a header as in getblockheader, a script as in decodescript, an address as in validateaddress, a descriptor as in getdescriptorinfo.',
    'Hex may hold spaces and line breaks. Standard input may also hold the bytes themselves: whatever is not plain text is read as raw bytes, so a .raw file can be piped in as it is.',
    'An address of another chain is no address: choose the chain with --chain. The exit code is 1 for an address that is not valid.',
  ],
  arguments: {
    kind: {
      about: 'What it is',
      choices: ['tx', 'block', 'header', 'script', 'address', 'descriptor'],
    },
    data: {
      about: 'Hex for a tx, block, header or script; text for the others; - for standard input',
    },
  },
  options: {
    chain: {
      kind: 'text',
      value: 'NAME|FILE',
      about: 'Whose address prefixes to use: the name of a chain, or the file of one of your own',
      default: 'main',
    },
    compact: { kind: 'flag', about: 'Print the JSON as a single line' },
  },
  examples: [
    {
      shows: 'A script that pays a public key hash',
      line: 'blockyard decode script 76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac',
    },
    {
      shows: 'An address of the regression test chain',
      line: 'blockyard decode address bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080 --chain regtest',
    },
    { shows: 'A block from a file, hex or raw', line: 'blockyard decode block - < block1.raw' },
  ],
} as const satisfies CommandSpec;
