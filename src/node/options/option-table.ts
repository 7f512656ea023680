/** All options, from the files of `table/`. What reads, explains and lists them reads this. */
import { nearestName } from '../../protocol/bytes/nearest-name.ts';
import type { ListedOption, OptionCategory, OptionSpec } from './option-spec.ts';
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

/**
 * The option that was most likely meant by a name that no option has.
 *
 * @example
 * nearestOption('rcpport') // 'rpcport'
 */
export function nearestOption(name: string): string | undefined {
  const names = [...byName.values()].filter(({ category }) => category !== 'hidden');
  const plain = name.startsWith('no') ? name.slice('no'.length) : name;
  const found = nearestName(
    plain,
    names.map((option) => option.name),
  );
  return (
    found ??
    nearestName(
      name,
      names.map((option) => option.name),
    )
  );
}
