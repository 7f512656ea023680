import type { Clock } from '../outside/clock/clock.ts';
import type { ChainParams, Ports } from '../protocol/params/chain-params.ts';
import { ChainNameError, chainByName } from '../protocol/params/chains.ts';
import { ChainSpecError } from '../protocol/params/custom/chain-spec-error.ts';
import {
  customChainParams,
  parseCustomChain,
  searchGenesis,
  withGenesis,
} from '../protocol/params/custom/custom-chain.ts';
import type { CustomChainSpec } from '../protocol/params/custom/custom-chain-spec.ts';
import type { GenesisFacts } from '../protocol/params/genesis.ts';
import { amountText } from '../protocol/report/json-text.ts';
import type { AddressPrefixes } from '../protocol/script/address.ts';
import type { Amount } from './amount.ts';
import { NodeError } from './node-error.ts';

/** The chains that are built in. */
export type ChainName = 'main' | 'testnet4' | 'signet' | 'regtest' | 'lab';

/**
 * A chain of your own, with the fields of the file that `blockyard chain new` writes. Only its name is
 * needed; for tests base it on `regtest`, where a block takes no work. The first block is mined when
 * the node starts, unless `genesisNonce` says how: with 12 `difficultyBits` that is a matter of
 * milliseconds, with 20 of a second or two.
 *
 * @example
 * const chain = { name: 'shop', basedOn: 'regtest', blockReward: '1000', coinbaseMaturity: 5 } as const;
 * const node = await Node.start({ chain });
 */
export interface ChainDefinition
  extends Partial<
    Omit<CustomChainSpec, 'name' | 'blockReward' | 'premine' | 'addressPrefixes' | 'ports'>
  > {
  readonly name: string;
  /** What the first blocks create. */
  readonly blockReward?: Amount;
  /** Coins that there are from the start. */
  readonly premine?: readonly { readonly address: string; readonly amount: Amount }[];
  readonly addressPrefixes?: Partial<AddressPrefixes>;
  readonly ports?: Partial<Ports>;
}

/** How many hashes are tried before others have a turn. */
const HASHES_A_TURN = 10_000;

/**
 * The chain that was meant: by its name, by its parameters, or by the definition of one of your own,
 * whose first block is mined if it has none.
 *
 * @throws NodeError `bad-option`, with what is allowed
 */
export async function chosenChain(
  chain: ChainName | ChainParams | ChainDefinition,
  clock: Clock,
): Promise<ChainParams> {
  try {
    if (typeof chain === 'string') return chainByName(chain);
    if ('consensus' in chain) return chain;
    const spec = parseCustomChain(JSON.stringify(chain, asInFiles));
    if (spec.genesisNonce !== undefined) return customChainParams(spec);
    return customChainParams(withGenesis(spec, await minedGenesis(spec, clock)));
  } catch (error) {
    if (!(error instanceof ChainNameError || error instanceof ChainSpecError)) throw error;
    throw new NodeError('bad-option', `chain: ${error.message}`, { cause: error });
  }
}

/** In files of chains amounts are coins. */
function asInFiles(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? amountText(value) : value;
}

async function minedGenesis(spec: CustomChainSpec, clock: Clock): Promise<GenesisFacts> {
  const search = searchGenesis(spec);
  for (;;) {
    const found = search.search(HASHES_A_TURN);
    if (found !== undefined) return found;
    await clock.nextTurn();
  }
}
