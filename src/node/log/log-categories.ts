/** What a debug log can be asked to tell more about, by the names that Bitcoin Core has for it. */
const CATEGORIES = [
  ...['net', 'tor', 'mempool', 'http', 'bench', 'zmq', 'walletdb', 'rpc', 'estimatefee', 'addrman'],
  ...['selectcoins', 'reindex', 'cmpctblock', 'rand', 'prune', 'proxy', 'mempoolrej', 'libevent'],
  ...['coindb', 'qt', 'leveldb', 'validation', 'i2p', 'ipc', 'blockstorage', 'txreconciliation'],
  ...['scan', 'txpackages'],
] as const;

export type LogCategory = (typeof CATEGORIES)[number];

/** In the order of their names, as `logging` answers them. */
export const LOG_CATEGORIES: readonly LogCategory[] = [...CATEGORIES].sort();

/** Which categories are heard at present. Whoever holds it may switch them. */
export type LogSwitches = Map<string, boolean>;

/** Names that stand for all of them. */
const ALL_NAMES: ReadonlySet<string> = new Set(['', '1', 'all']);

/**
 * The categories that a name stands for; undefined if it is the name of none.
 *
 * @example
 * categoriesNamed('net') // ['net']
 * categoriesNamed('all') // all of them
 */
export function categoriesNamed(name: string): readonly LogCategory[] | undefined {
  if (ALL_NAMES.has(name)) return LOG_CATEGORIES;
  const category = LOG_CATEGORIES.find((one) => one === name);
  return category && [category];
}

/**
 * Every category, and whether it is heard: those of `-debug`, without those of `-debugexclude`.
 *
 * @example
 * logSwitches(['all'], ['leveldb']).get('net') // true
 */
export function logSwitches(
  included: readonly string[],
  excluded: readonly string[] = [],
): LogSwitches {
  const switches: LogSwitches = new Map(LOG_CATEGORIES.map((name) => [name, false]));
  for (const name of included) {
    for (const category of categoriesNamed(name) ?? []) switches.set(category, true);
  }
  for (const name of excluded) {
    for (const category of categoriesNamed(name) ?? []) switches.set(category, false);
  }
  return switches;
}

/**
 * The categories of which only `info` and more is wanted, though they are heard: `-loglevel=info`,
 * `-loglevel=net:info`. What is said of a single one counts more than what is said of all.
 */
export function mutedCategories(levels: readonly string[]): ReadonlySet<string> {
  const isMuted = (level: string): boolean => level === 'info';
  const all = levels.findLast((level) => !level.includes(':')) ?? 'debug';
  const muted = new Map<string, boolean>(LOG_CATEGORIES.map((name) => [name, isMuted(all)]));
  for (const each of levels) {
    const [category = '', level] = each.split(':');
    if (level !== undefined) muted.set(category, isMuted(level));
  }
  return new Set([...muted].filter(([, is]) => is).map(([name]) => name));
}
