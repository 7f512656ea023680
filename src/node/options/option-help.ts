/** Options explained: as text for a terminal, and as a page. */

import type { OptionSpec } from './option-spec.ts';
import { clientOptionSet, OPTION_CATEGORIES, optionNamed } from './option-table.ts';
import { CLIENT_NODE_OPTIONS, clientOptions } from './table/client.ts';

const WIDTH = 79;
const NAME_INDENT = '  ';
const TEXT_INDENT = '       ';

/**
 * What `-help` prints; with `debug` also what `-help-debug` adds: options for tests.
 *
 * @example
 * optionsHelp({ debug: false }) // 'Options:\n\n  -alertnotify=<command>\n       Runs …'
 */
export function optionsHelp({ debug }: { readonly debug: boolean }): string {
  const groups = OPTION_CATEGORIES.flatMap(({ category, title, options }) => {
    const shown = sorted(options).filter(({ debugOnly }) => debug || debugOnly !== true);
    if (category === 'hidden' || shown.length === 0) return [];
    return [`${title}:\n\n${shown.map(helpEntry).join('\n')}`];
  });
  return groups.join('\n');
}

/** What a program that calls a node prints: its own options, and those that say where the node is. */
export function clientOptionsHelp(): string {
  const shown = clientOptionSet.all.filter(({ category }) => category !== 'hidden');
  return `Options:\n\n${sorted(shown).map(helpEntry).join('\n')}`;
}

function helpEntry(option: OptionSpec): string {
  const lines = [NAME_INDENT + optionForm(option)];
  let line = '';
  for (const word of sentence(option).split(' ')) {
    if (line !== '' && TEXT_INDENT.length + line.length + 1 + word.length > WIDTH) {
      lines.push(TEXT_INDENT + line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(TEXT_INDENT + line, '');
  return lines.join('\n');
}

/** `-rpcport=<port>`, as Bitcoin Core writes it. */
function optionForm({ name, value }: OptionSpec): string {
  return value === undefined ? `-${name}` : `-${name}=<${value.toLowerCase()}>`;
}

const IDLE = '; taken, and without effect here';

function sentence(option: OptionSpec): string {
  const byDefault = option.default === undefined ? '' : ` (default: ${option.default})`;
  return option.about + byDefault + (option.idle === true ? IDLE : '');
}

/** The page `docs/options.md`. */
export function optionsPage(): string {
  return [
    '# Options of a node',
    '',
    'Made from the table of options; change the table in `src/node/options/table/`, not this page.',
    '',
    'Options take one dash or two: `-rpcport=8332`, `--rpcport 8332`. `-noname` turns `-name` off. Each may',
    'also stand in `bitcoin.conf` in the data folder, without the dash, and for one chain below its name in',
    'square brackets; or in the environment, as `BLOCKYARD_RPCPORT`. The command line counts most, then the',
    'environment, `settings.json`, the section of the chain, and the rest of the file. Options marked *chain*',
    'count only in the section of their chain, unless that is the main one. Those *without effect* are taken, so',
    'that files and scripts for Bitcoin Core go on working.',
    '',
    ...OPTION_CATEGORIES.filter(({ category }) => category !== 'hidden').flatMap(
      ({ title, options }) => [
        `## ${title}`,
        '',
        '| option | what it does | default |',
        '|---|---|---|',
        ...sorted(options).map(pageRow),
        '',
      ],
    ),
    '## Options of blockyard rpc',
    '',
    `\`blockyard rpc\` takes these, as \`bitcoin-cli\` does, and of the options of a node ${clientNodeNames()}.`,
    '',
    '| option | what it does | default |',
    '|---|---|---|',
    ...sorted(clientOptions).map(pageRow),
    '',
  ].join('\n');
}

function clientNodeNames(): string {
  const shown = CLIENT_NODE_OPTIONS.filter((name) => optionNamed(name)?.category !== 'hidden');
  return shown.map((name) => code(`-${name}`)).join(', ');
}

function pageRow(option: OptionSpec): string {
  const marks = [
    ...(option.networkOnly === true ? ['*chain*'] : []),
    ...(option.debugOnly === true ? ['*for tests*'] : []),
    ...(option.idle === true ? ['*without effect*'] : []),
    ...(option.own === true ? ['*not in Bitcoin Core*'] : []),
  ];
  const example = option.example === undefined ? [] : [`Example: ${code(option.example)}`];
  const text = [`${escaped(option.about)}.`, ...example, ...marks].join(' ');
  return `| ${code(optionForm(option))} | ${text} | ${escaped(option.default ?? '')} |`;
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

/** Plain text in which Markdown sees nothing of its own. */
function escaped(text: string): string {
  return text.replace(/[|<>*_]/g, (character) => `\\${character}`);
}

function sorted(options: readonly OptionSpec[]): readonly OptionSpec[] {
  return [...options].sort((a, b) => (a.name < b.name ? -1 : 1));
}
