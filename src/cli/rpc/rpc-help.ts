/** How `blockyard rpc` is used, and what there is to be called. */
import { clientOptionsHelp } from '../../node/options/option-help.ts';
import type { MethodSpec } from '../../node/rpc/rpc-method.ts';
import { version } from '../../node/version.ts';
import type { Output } from '../io.ts';
import { paintFor } from '../paint.ts';
import { twoColumns } from '../wrap-text.ts';

/** What `-version` prints. */
export function rpcVersionText(): string {
  return `Blockyard RPC client version v${version()}\n`;
}

/** What `-help` prints. */
export function rpcHelp(): string {
  return `${rpcVersionText()}
Calls the methods of a node over JSON-RPC: of this one, or of Bitcoin Core. It takes the
options and the words of bitcoin-cli, prints what it prints, and ends as it ends: with the
number of the error as exit code.

Usage: blockyard rpc [options] METHOD [arguments]
or:    blockyard rpc [options] -named METHOD [name=value]...
or:    blockyard rpc [options] help [METHOD]

Without a word, blockyard rpc lists the methods.

${clientOptionsHelp()}`;
}

const EXAMPLES: readonly (readonly [shows: string, line: string])[] = [
  ['How the chain of a node for tests is', 'blockyard rpc -regtest getblockchaininfo'],
  ['A block by its height', 'blockyard rpc -regtest getblockhash 0'],
  ['Arguments by their names', 'blockyard rpc -regtest -named getblock blockhash=HASH verbosity=2'],
  ['JSON as an argument', `blockyard rpc -regtest createrawtransaction '[]' '{"ADDRESS":0.1}'`],
  ['How a method is called', 'blockyard rpc -regtest help getblock'],
];
const MOST_WIDTH = 80;

/**
 * What somebody is shown who calls nothing: the methods by family, and examples.
 *
 * @example
 * methodList(allMethods, io.out) // 'blockyard rpc - …'
 */
export function methodList(
  methods: readonly MethodSpec[],
  output: Pick<Output, 'columns' | 'colours'>,
): string {
  const paint = paintFor(output);
  const width = Math.max(MOST_WIDTH / 2, Math.min(MOST_WIDTH, output.columns));
  const families = new Map<string, string[]>();
  for (const { name, family, hidden } of methods) {
    if (hidden === true) continue;
    families.set(family, [...(families.get(family) ?? []), name]);
  }
  const rows = [...families]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([family, names]) => [family, names.sort().join(' ')] as const);
  return [
    paint.bold('blockyard rpc - Call a method of a node'),
    '',
    `${paint.bold('Usage:')} blockyard rpc [-regtest|-chain=NAME] [OPTIONS] METHOD [ARGUMENTS]`,
    '',
    paint.bold('Methods:'),
    ...twoColumns(rows, width),
    '',
    paint.bold('Examples:'),
    ...EXAMPLES.flatMap(([shows, line]) => [paint.dim(`  # ${shows}`), `  ${paint.cyan(line)}`]),
    '',
    `${paint.cyan('blockyard rpc -help')} explains the options; ${paint.cyan('blockyard rpc help METHOD')} asks the node.`,
    '',
  ].join('\n');
}
