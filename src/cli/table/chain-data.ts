/** Commands that look at the blocks of a chain. */
import type { CommandSpec, OptionSpec } from '../command-spec.ts';
import { LOOK_OPTIONS, POWER_OPTIONS, QUIET_OPTION } from './chain-options.ts';

const MOST_BLOCKS = 1_000_000_000;

const RANGE_OPTIONS = {
  from: {
    kind: 'number',
    value: 'HEIGHT',
    about: 'The first block; by default the first of the chain',
    min: 0,
    max: MOST_BLOCKS,
  },
  to: {
    kind: 'number',
    value: 'HEIGHT',
    about: 'The last block; by default the tip',
    min: 0,
    max: MOST_BLOCKS,
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export const chainInfo = {
  summary: 'Show how far a chain is, and what it takes up',
  about: [
    'The JSON has the field names of getblockchaininfo of Bitcoin Core, and a few more.',
    'One process at a time works in a data folder: while a node or an import is at work in it, this command says so and ends.',
  ],
  arguments: {},
  options: {
    ...LOOK_OPTIONS,
    json: { kind: 'flag', about: 'Print JSON' },
  },
  examples: [
    { shows: 'How far is it?', line: 'blockyard chain info --chain regtest' },
    {
      shows: 'What is in a file of blocks?',
      line: 'blockyard chain info --chain regtest --memory --import blocks.dat',
    },
  ],
} as const satisfies CommandSpec;

export const chainVerify = {
  summary: 'Hold what is stored against the rules once more',
  about: [
    'Goes from the tip down. Level 0 reads the blocks, 1 checks them as far as that goes without coins, 2 reads their undo data, 3 takes them back from the coins, in memory, and sees whether these fit, and 4 connects them again, scripts and all. Each level does what those before it do.',
    'The exit code is 1 if something is wrong. blockyard import --reindex repairs it.',
  ],
  arguments: {},
  options: {
    level: {
      kind: 'number',
      value: 'N',
      about: 'How thoroughly; by default 3',
      min: 0,
      max: 4,
    },
    blocks: {
      kind: 'number',
      value: 'N',
      about: 'How many blocks, from the tip down; 0 for all; by default 6',
      min: 0,
      max: MOST_BLOCKS,
    },
    ...LOOK_OPTIONS,
    ...POWER_OPTIONS,
    json: { kind: 'flag', about: 'Print JSON, and no progress' },
    ...QUIET_OPTION,
  },
  examples: [
    { shows: 'The last six blocks', line: 'blockyard chain verify --chain regtest' },
    {
      shows: 'All of them, with all that can be checked',
      line: 'blockyard chain verify --chain regtest --level 4 --blocks 0',
    },
  ],
} as const satisfies CommandSpec;

export const chainUtxoHash = {
  summary: 'Count all unspent coins, and give their hash',
  about: [
    'The fields are those of gettxoutsetinfo of Bitcoin Core. Two nodes with the same chain and the same hash agree on every coin there is.',
    'hash_serialized_3 is what snapshots of the coins are known by. muhash does not depend on the order of the coins, so that a node could keep it up to date block by block; it takes longer. none only counts.',
  ],
  arguments: {},
  options: {
    type: {
      kind: 'text',
      value: 'TYPE',
      about: 'Which hash: hash_serialized_3, muhash or none',
      choices: ['hash_serialized_3', 'muhash', 'none'],
      default: 'hash_serialized_3',
    },
    ...LOOK_OPTIONS,
    json: { kind: 'flag', about: 'Print JSON, and no progress' },
    ...QUIET_OPTION,
  },
  examples: [
    { shows: 'The hash of all coins', line: 'blockyard chain utxo-hash --chain regtest' },
    { shows: 'The other one', line: 'blockyard chain utxo-hash --type muhash --chain regtest' },
  ],
} as const satisfies CommandSpec;

export const chainPrint = {
  summary: 'Print the blocks of a chain, a line each',
  about: [
    'Without --full, a line has height, hash, time, number of transactions, size, and the reward of the miner: new coins and fees.',
    'With --json each line is a JSON object, for programs that read line by line. With --full as well, its fields are those of getblock of Bitcoin Core with verbosity 2.',
  ],
  arguments: {},
  options: {
    ...RANGE_OPTIONS,
    full: { kind: 'flag', about: 'Print the transactions, too' },
    ...LOOK_OPTIONS,
    json: { kind: 'flag', about: 'Print a line of JSON for each block' },
  },
  examples: [
    {
      shows: 'The first ten blocks after the first one',
      line: 'blockyard chain print --chain regtest --from 1 --to 10',
    },
    {
      shows: 'The first block with its transaction',
      line: 'blockyard chain print --chain main --memory --full',
    },
    {
      shows: 'All of it for a program',
      line: 'blockyard chain print --chain regtest --full --json > blocks.jsonl',
    },
  ],
} as const satisfies CommandSpec;

export const chainExport = {
  summary: 'Write the blocks of a chain to a file, in their order',
  about: [
    'The file has what blockyard import reads, and what Bitcoin Core reads with -loadblock: the magic bytes of the chain, the length of a block, the block, and so on. It appears under its name when it is complete.',
  ],
  arguments: {
    file: { about: 'The file to write, such as blocks.dat' },
  },
  options: {
    ...RANGE_OPTIONS,
    force: { kind: 'flag', about: 'Write over a file that is there' },
    ...LOOK_OPTIONS,
    json: { kind: 'flag', about: 'Print what was written as JSON, and no progress' },
    ...QUIET_OPTION,
  },
  examples: [
    { shows: 'The whole chain', line: 'blockyard chain export blocks.dat --chain regtest' },
    {
      shows: 'The first hundred blocks',
      line: 'blockyard chain export first.dat --chain regtest --to 100 --force',
    },
  ],
} as const satisfies CommandSpec;
