import { chainNames } from '../../protocol/params/chains.ts';
import { OptionError } from './option-error.ts';
import { oneSetting, type SettingSources } from './setting-sources.ts';
import { flagFrom, textFrom } from './setting-values.ts';

/** Options that each stand for a chain. */
const CHAIN_FLAGS: readonly string[] = ['regtest', 'signet', 'testnet', 'testnet4'];

const ANYWHERE = { section: '', ignoreDefaultSection: false };

/** Sections that the configuration file may have, those of Bitcoin Core's chains among them. */
export const CONFIG_SECTIONS: ReadonlySet<string> = new Set([...chainNames, 'test']);

/**
 * The chain that was asked for by `-chain=NAME` or by one of the options that are named after one. A
 * chain of one's own is named by its file.
 *
 * @example
 * chooseChain({ ...NO_SOURCES, commandLine: readCommandLine(['-regtest']) }, 'main') // 'regtest'
 */
export function chooseChain(sources: SettingSources, byDefault: string): string {
  const flags = CHAIN_FLAGS.filter((name) => {
    const value = oneSetting(sources, name, ANYWHERE, true);
    return typeof value === 'string' ? flagFrom(value) : value === true;
  });
  const named = oneSetting(sources, 'chain', ANYWHERE);
  if (flags.length + (named === undefined ? 0 : 1) > 1) {
    throw new OptionError(
      'bad-chain',
      'Invalid combination of -regtest, -signet, -testnet, -testnet4 and -chain. Can use at most one.',
    );
  }
  const chain = named === undefined ? (flags[0] ?? byDefault) : textFrom(named);
  if (chain === 'test' || chain === 'testnet') {
    throw new OptionError(
      'bad-chain',
      'Unknown chain test. Testnet3 is not supported; use testnet4.',
    );
  }
  if (!chainNames.includes(chain) && !/[./\\]/.test(chain)) {
    throw new OptionError('bad-chain', `Unknown chain ${chain}.`);
  }
  return chain;
}
