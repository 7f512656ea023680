import type { CommandSpec } from './command-spec.ts';
import { COMMAND_NAMES, COMMON_OPTIONS, type CommandName, specOf } from './command-table.ts';
import { argumentText, optionText, usageLine } from './help-text.ts';

/** The reference of all commands as Markdown: `docs/commands.md`, which `npm run docs` writes. */
export function commandsPage(): string {
  return [
    '# Commands',
    '',
    'Made from the table of commands by `npm run docs`; change the table in `src/cli/table/`, not this page.',
    '',
    'Options take one dash or two (`-chain=lab`, `--chain lab`). A command ends with exit code 0 if it did',
    'its work, 1 if it could not or found something wrong, 2 if it was not understood, 130 if it was stopped',
    'by Ctrl-C, and 70 for a bug in Blockyard. Errors are one line on standard error.',
    '',
    'Every command has these options:',
    '',
    ...table(
      ['option', 'what it does'],
      Object.entries(COMMON_OPTIONS).map(([name, option]) => optionText(name, option)),
    ),
    ...COMMAND_NAMES.flatMap(commandSection),
  ].join('\n');
}

function commandSection(name: CommandName): readonly string[] {
  const spec: CommandSpec = specOf(name);
  const lines = [`## blockyard ${name}`, '', `${spec.summary}.`, '', fence([usageLine(name)]), ''];
  for (const paragraph of spec.about) lines.push(escaped(paragraph), '');
  const parts = Object.entries(spec.arguments).map(([part, argument]): [string, string] => [
    part.toUpperCase(),
    argumentText(argument),
  ]);
  if (parts.length > 0) lines.push(...table(['argument', 'what it is'], parts));
  const options = Object.entries(spec.options).map(([option, its]) => optionText(option, its));
  if (options.length > 0) lines.push(...table(['option', 'what it does'], options));
  const examples = spec.examples.flatMap(({ shows, line }) => [`# ${shows}`, line]);
  return [...lines, fence(examples), ''];
}

function table(
  head: readonly [string, string],
  rows: readonly (readonly [string, string])[],
): readonly string[] {
  return [
    `| ${head.join(' | ')} |`,
    '|---|---|',
    ...rows.map(([name, text]) => `| \`${name.replaceAll('|', '\\|')}\` | ${escaped(text)} |`),
    '',
  ];
}

function fence(lines: readonly string[]): string {
  return ['```sh', ...lines, '```'].join('\n');
}

/** Plain text in which Markdown sees nothing of its own. */
function escaped(text: string): string {
  return text.replace(/[|<>*_]/g, (character) => `\\${character}`);
}
