/** All options, from the files of `table/`. What reads, explains and lists them reads this. */
import { nearestName } from '../../protocol/bytes/nearest-name.ts';
import type { ListedOption, OptionCategory, OptionSpec } from './option-spec.ts';
import { CLIENT_NODE_OPTIONS, clientOptions } from './table/client.ts';
import { connectionOptions, zmqOptions } from './table/connection.ts';
import { debugOptions } from './table/debug.ts';
import { generalOptions } from './table/general.ts';
import { chainOptions, miningOptions, relayOptions, rpcOptions } from './table/service.ts';
import { hiddenOptions, walletDebugOptions, walletOptions } from './table/wallet.ts';

/** In the order of help, with their headings there. */
export const OPTION_CATEGORIES: readonly {
  readonly category: OptionCategory;
  readonly title: string;
  readonly options: readonly OptionSpec[];
}[] = [
  { category: 'general', title: 'Options', options: generalOptions },
  { category: 'connection', title: 'Connection options', options: connectionOptions },
  { category: 'wallet', title: 'Wallet options', options: walletOptions },
  {
    category: 'wallet-debug',
    title: 'Wallet debugging/testing options',
    options: walletDebugOptions,
  },
  { category: 'zmq', title: 'ZeroMQ notification options', options: zmqOptions },
  { category: 'debug', title: 'Debugging/Testing options', options: debugOptions },
  { category: 'chain', title: 'Chain selection options', options: chainOptions },
  { category: 'relay', title: 'Node relay options', options: relayOptions },
  { category: 'mining', title: 'Block creation options', options: miningOptions },
  { category: 'rpc', title: 'RPC server options', options: rpcOptions },
  { category: 'hidden', title: 'Hidden options', options: hiddenOptions },
];

const byName: ReadonlyMap<string, ListedOption> = new Map(
  OPTION_CATEGORIES.flatMap(({ category, options }) =>
    options.map((option) => [option.name, { ...option, category }] as const),
  ),
);

/**
 * The option of a name.
 *
 * @example
 * optionNamed('rpcport')?.kind // 'int'
 */
export function optionNamed(name: string): ListedOption | undefined {
  return byName.get(name);
}

/** All of them. */
export function allOptions(): readonly ListedOption[] {
  return [...byName.values()];
}

/** The options that a program takes: of each name one, and the nearest to a name that none has. */
export interface OptionSet {
  readonly find: (name: string) => ListedOption | undefined;
  readonly nearest: (name: string) => string | undefined;
  readonly all: readonly ListedOption[];
}

/** Those of a node. */
export const nodeOptions: OptionSet = {
  find: optionNamed,
  nearest: nearestOption,
  all: allOptions(),
};

const clientByName: ReadonlyMap<string, ListedOption> = new Map([
  ...CLIENT_NODE_OPTIONS.flatMap((name) => {
    const option = byName.get(name);
    return option === undefined ? [] : [[name, option] as const];
  }),
  ...clientOptions.map((option) => [option.name, { ...option, category: 'rpc' }] as const),
]);

/** Those of a program that calls a node: its own, and those of a node that say where that is. */
export const clientOptionSet: OptionSet = {
  find: (name) => clientByName.get(name),
  nearest: (name) => nearestOf(name, [...clientByName.keys()]),
  all: [...clientByName.values()],
};

/**
 * The option of a node that was most likely meant by a name that no option has.
 *
 * @example
 * nearestOption('rcpport') // 'rpcport'
 */
export function nearestOption(name: string): string | undefined {
  const names = allOptions().filter(({ category }) => category !== 'hidden');
  return nearestOf(
    name,
    names.map((option) => option.name),
  );
}

function nearestOf(name: string, names: readonly string[]): string | undefined {
  const plain = name.startsWith('no') ? name.slice('no'.length) : name;
  return nearestName(plain, names) ?? nearestName(name, names);
}
