import type { CommandSpec } from '../command-spec.ts';

export const chainList = {
  summary: 'List the chains that are built in',
  about: [],
  arguments: {},
  options: {
    json: { kind: 'flag', about: 'Print JSON instead of a table' },
  },
  examples: [{ shows: 'Which chains there are', line: 'blockyard chain list' }],
} as const satisfies CommandSpec;

export const chainShow = {
  summary: 'Show everything that makes a chain what it is',
  about: [
    'Takes the name of a chain that is built in, or the file of one of your own. The file is checked in full, its first block included.',
  ],
  arguments: {
    chain: { about: 'The name of a chain, or a file that blockyard chain new has written' },
  },
  options: {
    json: { kind: 'flag', about: 'Print JSON' },
  },
  examples: [
    { shows: 'The chain to learn on', line: 'blockyard chain show lab' },
    { shows: 'A chain of your own', line: 'blockyard chain show my-chain.json' },
  ],
} as const satisfies CommandSpec;

export const chainNew = {
  summary: 'Make a chain of your own: write its file, and mine its first block',
  about: [
    'The file holds every field with an explanation; options set the most wanted ones, by the same names. A field that is not given is as on the lab chain.',
    'To fill in the file by hand, write it with --draft, edit it, and run the command again without: it then mines the first block of what the file says. Rules that change afterwards make another chain, with a first block of its own.',
    'The magic bytes that open every message come from the hash of the first block, so that two chains never mix.',
  ],
  arguments: {
    file: { about: 'The file to write, such as my-chain.json' },
  },
  options: {
    name: {
      kind: 'text',
      value: 'NAME',
      about: 'What the chain is called; by default, what the file is called',
    },
    'based-on': {
      kind: 'text',
      value: 'lab|regtest',
      about: 'The chain that fills in what is not given: lab mines for real, regtest for tests',
    },
    'difficulty-bits': {
      kind: 'text',
      value: 'N',
      about: 'Zero bits in front of the easiest hash: each one more doubles the work',
    },
    retarget: {
      kind: 'text',
      value: 'none|bitcoin|asert',
      about: 'How the difficulty follows the miners',
    },
    'spacing-seconds': { kind: 'text', value: 'N', about: 'Seconds between two blocks' },
    'block-reward': { kind: 'text', value: 'COINS', about: 'New coins in each block' },
    'halving-interval': {
      kind: 'text',
      value: 'BLOCKS',
      about: 'After how many blocks the reward is halved',
    },
    'coinbase-maturity': {
      kind: 'text',
      value: 'BLOCKS',
      about: 'How deep a reward must lie before it can be spent',
    },
    'min-transactions-per-block': {
      kind: 'text',
      value: 'N',
      about: 'Fewest transactions in a block',
    },
    'max-transactions-per-block': {
      kind: 'text',
      value: 'N',
      about: 'Most transactions in a block',
    },
    premine: {
      kind: 'list',
      value: 'ADDRESS=COINS',
      about: 'Coins that exist from the start, and whose they are',
    },
    'genesis-message': { kind: 'text', value: 'TEXT', about: 'What the first block says' },
    draft: { kind: 'flag', about: 'Write the file and do not mine yet' },
    force: { kind: 'flag', about: 'Write over a file that is there' },
  },
  examples: [
    { shows: 'A chain like the lab, but yours', line: 'blockyard chain new my-chain.json' },
    {
      shows: 'One with faster blocks and a small reward',
      line: 'blockyard chain new fast.json --spacing-seconds 2 --difficulty-bits 16 --block-reward 5',
    },
    {
      shows: 'Fill in the file by hand, then mine',
      line: 'blockyard chain new my-chain.json --draft',
    },
  ],
} as const satisfies CommandSpec;
