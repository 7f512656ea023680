/** The text of `--help`, made from the descriptions of the commands. */
import type { HelpTopic } from './command-line.ts';
import type { ArgumentSpec, OptionSpec } from './command-spec.ts';
import {
  COMMAND_NAMES,
  COMMON_OPTIONS,
  type CommandName,
  GROUPS,
  specOf,
} from './command-table.ts';
import type { Output } from './io.ts';
import { type Paint, paintFor } from './paint.ts';
import { listNames } from './quote.ts';
import { twoColumns, wrapText } from './wrap-text.ts';

const PURPOSE = 'a complete proof-of-work blockchain in one package';
/** Longer lines are hard to read, however wide the window is. */
const MAX_WIDTH = 80;
const MIN_WIDTH = 40;

/** The help on a topic, ready to be printed. */
export function helpText(topic: HelpTopic, output: Pick<Output, 'columns' | 'colours'>): string {
  const width = Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, output.columns));
  const paint = paintFor(output);
  if (topic.kind === 'command') return commandHelp(topic.name, width, paint);
  const names =
    topic.kind === 'all'
      ? COMMAND_NAMES
      : COMMAND_NAMES.filter((name) => name.startsWith(`${topic.name} `));
  const title =
    topic.kind === 'all'
      ? `blockyard - ${PURPOSE}`
      : `blockyard ${topic.name} - ${GROUPS[topic.name]}`;
  const commands = names.map((name): [string, string] => [name, specOf(name).summary]);
  return page([
    wrapText(title, width).map(paint.bold),
    [
      `${paint.bold('Usage:')} blockyard ${topic.kind === 'all' ? '' : `${topic.name} `}COMMAND [ARGUMENTS] [OPTIONS]`,
    ],
    [paint.bold('Commands:'), ...twoColumns(commands, width)],
    [paint.bold('Options of every command:'), ...optionRows(COMMON_OPTIONS, width)],
    [
      `${paint.cyan('blockyard COMMAND --help')} explains a command.` +
        (topic.kind === 'all' ? ` Begin with ${paint.cyan('blockyard tour')}.` : ''),
    ],
  ]);
}

function commandHelp(name: CommandName, width: number, paint: Paint): string {
  const spec = specOf(name);
  const sections: (readonly string[])[] = [
    wrapText(`blockyard ${name} - ${spec.summary}`, width).map(paint.bold),
    [`${paint.bold('Usage:')} ${usageLine(name)}`],
  ];
  const parts = Object.entries(spec.arguments);
  if (parts.length > 0) {
    const rows = parts.map(([part, argument]): [string, string] => [
      part.toUpperCase(),
      argumentText(argument),
    ]);
    sections.push([paint.bold('Arguments:'), ...twoColumns(rows, width)]);
  }
  if (spec.readsItself) {
    sections.push([`${paint.cyan(`blockyard ${name} --help`)} shows all options.`]);
  } else {
    const options = { ...spec.options, ...COMMON_OPTIONS };
    sections.push([paint.bold('Options:'), ...optionRows(options, width)]);
  }
  for (const paragraph of spec.about) sections.push(wrapText(paragraph, width));
  sections.push([
    paint.bold('Examples:'),
    ...spec.examples.flatMap(({ shows, line }) => [
      paint.dim(`  # ${shows}`),
      `  ${paint.cyan(line)}`,
    ]),
  ]);
  return page(sections);
}

/**
 * How a command is called.
 *
 * @example
 * usageLine('chain show') // 'blockyard chain show CHAIN [OPTIONS]'
 */
export function usageLine(name: CommandName): string {
  const { arguments: all, readsItself } = specOf(name);
  const parts = Object.entries(all).map(([part, { optional, many }]) => {
    const shown = `${part.toUpperCase()}${many ? '…' : ''}`;
    return optional ? `[${shown}]` : shown;
  });
  // What reads itself has its options among its words.
  return ['blockyard', name, ...parts, ...(readsItself ? [] : ['[OPTIONS]'])].join(' ');
}

/** What an argument may be, in a sentence. */
export function argumentText({ about, choices }: ArgumentSpec): string {
  return choices === undefined ? about : `${about}: ${listNames(choices)}`;
}

/** What is on by itself is named by what turns it off. */
export function writtenName(name: string, option: OptionSpec): string {
  return option.kind === 'flag' && option.default === true ? `--no-${name}` : `--${name}`;
}

/** How an option is written, and what it does. */
export function optionText(name: string, option: OptionSpec): [written: string, text: string] {
  if (option.kind === 'flag') return [writtenName(name, option), option.about];
  const written = `${writtenName(name, option)} ${option.value}`;
  if (option.kind === 'list') return [written, `${option.about} (may be repeated)`];
  if (option.kind === 'number') {
    return [written, `${option.about} (${option.min} to ${option.max})`];
  }
  const fallback = option.default === undefined ? '' : ` (default: ${option.default})`;
  return [written, `${option.about}${fallback}`];
}

function optionRows(
  options: Readonly<Record<string, OptionSpec>>,
  width: number,
): readonly string[] {
  return twoColumns(
    Object.entries(options).map(([name, option]) => optionText(name, option)),
    width,
  );
}

function page(sections: readonly (readonly string[])[]): string {
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}
