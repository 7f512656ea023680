import type { CommandSpec } from '../command-spec.ts';

export const tour = {
  summary: 'See on one page what a blockchain is, and check the first block of five chains',
  about: [
    'Takes the first block of Bitcoin apart, byte by byte: its proof of work, its Merkle root, its message and its reward. Then it checks the first block of every chain that is built in.',
  ],
  arguments: {},
  options: {
    json: { kind: 'flag', about: 'Print what was checked as JSON' },
  },
  examples: [
    { shows: 'The tour', line: 'blockyard tour' },
    { shows: 'For programs', line: 'blockyard tour --json' },
  ],
} as const satisfies CommandSpec;
