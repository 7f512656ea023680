/** Settings that no node can be started with, in Bitcoin Core's words. */
import { categoriesNamed, LOG_CATEGORIES } from '../log/log-categories.ts';
import { OptionError } from './option-error.ts';
import { allOptions } from './option-table.ts';
import { isOnlyInDefaultSection } from './setting-sources.ts';
import type { Settings } from './settings.ts';

const MIN_PRUNE_MIB = 550;
/** What the mempool holds at least: forty of the largest families of transactions. */
const MIN_FAMILIES = 40;
/** What `-loglevel` takes. */
const LOG_LEVEL_NAMES: readonly string[] = ['info', 'debug', 'trace'];
/** What `-debug` takes. Locks and old names have no lines: whoever names them is not wrong. */
const DEBUG_NAMES: ReadonlySet<string> = new Set([
  ...LOG_CATEGORIES,
  ...['', 'all', 'none', '0', '1', 'lock', 'util'],
]);

/**
 * Throws an {@link OptionError} for the first thing that is wrong.
 *
 * @example
 * checkSettings(settings) // Prune mode is incompatible with -txindex.
 */
export function checkSettings(settings: Settings): void {
  checkSections(settings);
  checkIndexes(settings);
  checkNetwork(settings);
  checkValues(settings);
}

/** A port or a peer for the main chain is none for another one. */
function checkSections({ chain, sources }: Settings): void {
  if (chain === 'main') return;
  const lost = allOptions()
    .filter(({ networkOnly }) => networkOnly === true)
    .map(({ name }) => name)
    .filter((name) => isOnlyInDefaultSection(sources, name, chain))
    .sort();
  if (lost.length === 0) return;
  const lines = lost.map(
    (name) =>
      `Config setting for -${name} only applied on ${chain} network when in [${chain}] section.`,
  );
  throw new OptionError('bad-combination', `${lines.join('\n')}\n`);
}

function checkIndexes(settings: Settings): void {
  const { flag, number, list } = settings;
  for (const kind of list('blockfilterindex')) {
    if (!['', '0', '1', 'basic'].includes(kind)) {
      throw new OptionError('bad-value', `Unknown -blockfilterindex value ${kind}.`);
    }
  }
  if (flag('peerblockfilters') === true && !hasFilterIndex(settings)) {
    throw conflict('Cannot set -peerblockfilters without -blockfilterindex.');
  }
  const prune = number('prune') ?? 0;
  if (prune !== 0) {
    if (flag('txindex') === true) throw conflict('Prune mode is incompatible with -txindex.');
    if (flag('reindex-chainstate') === true) {
      throw conflict(
        'Prune mode is incompatible with -reindex-chainstate. Use full -reindex instead.',
      );
    }
  }
  if (prune < 0) {
    throw new OptionError('bad-value', 'Prune cannot be configured with a negative value.');
  }
  if (prune > 1 && prune < MIN_PRUNE_MIB) {
    throw new OptionError(
      'bad-value',
      `Prune configured below the minimum of ${MIN_PRUNE_MIB} MiB.  Please use a higher number.`,
    );
  }
}

/** Whether compact filters are kept. */
export function hasFilterIndex({ text }: Pick<Settings, 'text'>): boolean {
  return (text('blockfilterindex') ?? '0') !== '0';
}

function checkNetwork({ flag, list, number, text, chain }: Settings): void {
  const listens = flag('listen') ?? true;
  if (flag('forcednsseed') === true && flag('dnsseed') === false) {
    throw conflict('Cannot set -forcednsseed to true when setting -dnsseed to false.');
  }
  if (!listens && list('bind').length + list('whitebind').length > 0) {
    throw conflict('Cannot set -bind or -whitebind together with -listen=0');
  }
  if (!listens && (flag('listenonion') ?? true)) {
    throw conflict('Cannot set -listen=0 together with -listenonion=1');
  }
  const networks = list('onlynet');
  const isReachable = networks.length === 0 || networks.some((name) => /^ipv[46]$/i.test(name));
  if (flag('dnsseed') === true && !isReachable) {
    throw conflict(
      'Incompatible options: -dnsseed=1 was explicitly specified, but -onlynet forbids connections to IPv4/IPv6',
    );
  }
  if ((number('peertimeout') ?? 1) <= 0) {
    throw new OptionError('bad-value', 'peertimeout must be a positive integer.');
  }
  if (list('test').length > 0 && chain !== 'regtest') {
    throw conflict('-test=<option> can only be used with regtest');
  }
  for (const name of ['port', 'rpcport']) {
    const port = text(name);
    // Unlike in Core, 0 is a port that is free.
    if (port !== undefined && !(/^[0-9]{1,6}$/.test(port) && Number(port) <= 0xffff)) {
      throw new OptionError('bad-value', `Invalid port specified in -${name}: '${port}'`);
    }
  }
}

function checkValues(settings: Settings): void {
  const { flag, list, number, text, chain, amount } = settings;
  for (const name of ['debug', 'debugexclude']) {
    const unknown = list(name).find((category) => !DEBUG_NAMES.has(category));
    if (unknown !== undefined) {
      throw new OptionError('bad-value', `Unsupported logging category -${name}=${unknown}.`);
    }
  }
  for (const level of list('loglevel')) checkLogLevel(level);
  for (const { name, kind } of allOptions()) if (kind === 'amount') amount(name);
  if (flag('acceptstalefeeestimates') === true && chain !== 'regtest') {
    throw conflict(`acceptstalefeeestimates is not supported on ${chain} chain.`);
  }
  if (flag('acceptnonstdtxn') === true && chain === 'main') {
    throw conflict('acceptnonstdtxn is not currently supported for main chain');
  }
  const work = text('minimumchainwork');
  if (work !== undefined && !/^(?:0[xX])?[0-9a-fA-F]+$/.test(work)) {
    const words = `Invalid non-hex (${work}) minimum chain work value specified`;
    throw new OptionError('bad-value', words);
  }
  checkHex(
    text('assumevalid'),
    'Invalid assumevalid block hash specified',
    'must be up to 64 hex digits (or 0 to disable)',
  );
  const least = Math.ceil(((number('limitdescendantsize') ?? 101) * MIN_FAMILIES) / 1000);
  if ((number('maxmempool') ?? least) < least) {
    throw new OptionError('bad-value', `-maxmempool must be at least ${least} MB`);
  }
}

function checkHex(text: string | undefined, what: string, rule: string): void {
  if (text === undefined || /^(?:0x)?[0-9a-fA-F]{0,64}$/.test(text)) return;
  throw new OptionError('bad-value', `${what} (${text}), ${rule}`);
}

function conflict(message: string): OptionError {
  return new OptionError('bad-combination', message);
}

function checkLogLevel(given: string): void {
  const [first = '', second, ...more] = given.split(':');
  const levels = LOG_LEVEL_NAMES.join(', ');
  const isLevel = LOG_LEVEL_NAMES.includes(second ?? first);
  if (second === undefined) {
    if (isLevel) return;
    const words = `Unsupported global logging level -loglevel=${given}. Valid values: ${levels}.`;
    throw new OptionError('bad-value', words);
  }
  if (isLevel && more.length === 0 && categoriesNamed(first) !== undefined) return;
  const what = `Unsupported category-specific logging level -loglevel=${given}`;
  const expected = 'Expected -loglevel=<category>:<loglevel>';
  const names = `Valid categories: ${LOG_CATEGORIES.join(', ')}`;
  const words = `${what}. ${expected}. ${names}. Valid loglevels: ${levels}.`;
  throw new OptionError('bad-value', words);
}
