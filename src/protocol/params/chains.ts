import { CodedError } from '../bytes/coded-error.ts';
import type { ChainParams } from './chain-params.ts';
import { lab } from './lab.ts';
import { main } from './main.ts';
import { regtest } from './regtest.ts';
import { signet } from './signet.ts';
import { testnet4 } from './testnet4.ts';

/** The chains that are built in. */
export const chains: readonly ChainParams[] = [main, testnet4, signet, regtest, lab];

/** Their names, as `-chain=NAME` takes them. */
export const chainNames: readonly string[] = chains.map(({ name }) => name);

/** Other words for a chain. */
const ALIASES: ReadonlyMap<string, string> = new Map([['mainnet', 'main']]);

/** Bitcoin Core's names for testnet3, which is left out: its 20-minute rule has worn it down. */
const TESTNET3_NAMES: ReadonlySet<string> = new Set(['test', 'testnet', 'testnet3']);

/** Names that a chain of one's own cannot have, because they mean something already. */
export const takenChainNames: ReadonlySet<string> = new Set([
  ...chainNames,
  ...ALIASES.keys(),
  ...TESTNET3_NAMES,
]);

/** A name that no chain has. */
export class ChainNameError extends CodedError {
  override readonly name = 'ChainNameError';
  readonly code = 'unknown-chain';

  constructor(name: string) {
    const hint = TESTNET3_NAMES.has(name) ? ' (testnet4 took the place of testnet3)' : '';
    const shown = name.length > 40 ? `${name.slice(0, 40)}…` : name;
    super(`no chain is named ${JSON.stringify(shown)}${hint}; allowed: ${chainNames.join(', ')}`);
  }
}

/**
 * The chain of a name.
 *
 * @example
 * chainByName('mainnet').ports.p2p // 8333
 *
 * @throws {@link ChainNameError}
 */
export function chainByName(name: string): ChainParams {
  const canonical = ALIASES.get(name) ?? name;
  const chain = chains.find((candidate) => candidate.name === canonical);
  if (chain === undefined) throw new ChainNameError(name);
  return chain;
}
