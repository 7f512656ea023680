import type { CommandSpec } from '../command-spec.ts';

export const help = {
  summary: 'Explain a command, or list them all',
  about: [],
  arguments: {
    command: { about: 'The command to explain', optional: true, many: true },
  },
  options: {
    markdown: { kind: 'flag', about: 'Print the reference of all commands as Markdown' },
  },
  examples: [
    { shows: 'All commands', line: 'blockyard help' },
    { shows: 'One of them', line: 'blockyard help chain new' },
  ],
} as const satisfies CommandSpec;
