import type { CommandSpec } from '../command-spec.ts';
import { PLACE_OPTIONS, POWER_OPTIONS, QUIET_OPTION } from './chain-options.ts';

export const importSpec = {
  summary: 'Read blocks from files, check them, and build the chain from them',
  about: [
    'Takes files of framed blocks: the magic bytes of the chain, the length of a block, the block, and so on. That is what bootstrap.dat holds, what blockyard chain export writes, and what Bitcoin Core keeps in blocks/blk00000.dat and so on (also where Core 28 and later obfuscate them by the key in xor.dat, as long as that file lies beside them). Stop Core before reading its files.',
    'The files may be in any order, and so may the blocks in them. Blocks that are there already are passed over, so that an import that was stopped, by Ctrl-C or by a loss of power, goes on when the same command is run again.',
    'Whatever is wrong with a file (bytes that are no block, a block that is cut off, one that breaks a rule, one whose parent is nowhere) is told in a line that says at which byte it is. All good blocks are taken nevertheless. The exit code is then 1.',
    'Everything is verified, scripts and all, but for what lies so deep below the block named by assumevalid that nobody could have faked it.',
  ],
  arguments: {
    file: { about: 'The files to read', optional: true, many: true },
  },
  options: {
    ...PLACE_OPTIONS,
    ...POWER_OPTIONS,
    prune: {
      kind: 'number',
      value: 'MIB',
      about: 'Remove old blocks so that those that are left take about so many MiB; at least 550',
      min: 0,
      max: 1_000_000_000,
    },
    assumevalid: {
      kind: 'text',
      value: 'HASH|0',
      about:
        'Take the scripts up to this block as valid, as they were checked by others; 0 to verify all; by default a block that comes with the chain',
    },
    reindex: {
      kind: 'flag',
      about: 'First build everything anew from the block files in the data folder',
    },
    'reindex-chainstate': {
      kind: 'flag',
      about: 'First build the coins anew from the blocks in the data folder',
    },
    json: { kind: 'flag', about: 'Print what became of it as JSON, and no progress' },
    ...QUIET_OPTION,
  },
  examples: [
    {
      shows: 'The blocks of a regression test chain',
      line: 'blockyard import blocks.dat --chain regtest',
    },
    {
      shows: 'What Bitcoin Core has stored, into a folder of its own',
      line: 'blockyard import ~/.bitcoin/blocks/blk*.dat --datadir ./bitcoin',
    },
    {
      shows: 'Is everything in this file valid? In memory, without a trace',
      line: 'blockyard import blocks.dat --chain regtest --memory --assumevalid 0',
    },
    {
      shows: 'Repair a damaged data folder from its own block files',
      line: 'blockyard import --reindex --chain regtest',
    },
  ],
} as const satisfies CommandSpec;
