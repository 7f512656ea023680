/**
 * Chains that somebody defines in a file. `parseCustomChain` reads it, `searchGenesis` mines the
 * first block, and `customChainParams` makes of both what every chain is to the rest of the code.
 */
import { toReversedHex } from '../../bytes/hex.ts';
import { sha256 } from '../../crypto/hash.ts';
import { blockHash } from '../../primitives/block-hash.ts';
import { compactFromTarget, meetsTarget } from '../../primitives/target.ts';
import type { TxOut } from '../../primitives/transaction.ts';
import { buildScript } from '../../script/build-script.ts';
import { opcodes } from '../../script/opcodes.ts';
import type { ChainParams, ConsensusParams, Retarget } from '../chain-params.ts';
import { type GenesisFacts, genesisBlock, magicFromGenesis } from '../genesis.ts';
import { GenesisSearch } from '../genesis-search.ts';
import { ChainSpecError } from './chain-spec-error.ts';
import {
  baseChains,
  type ChainField,
  customChainFieldNames,
  customChainFields,
  NO_TRANSACTION_LIMIT,
} from './custom-chain-fields.ts';
import type { BaseChain, CustomChainSpec } from './custom-chain-spec.ts';
import { premineScript } from './field-objects.ts';
import { readFields } from './field-values.ts';
import { type JsonNode, readJson } from './read-json.ts';

/** As many block times as in the lab make the half-life of ASERT. */
const BLOCKS_PER_HALF_LIFE = 12;
/** As on Bitcoin, a period of its retargeting has 2016 blocks. */
const BLOCKS_PER_PERIOD = 2016;

/**
 * Reads the file of a chain: JSON, with comments if one likes. Its first block need not be mined yet.
 *
 * @example
 * parseCustomChain('{ "name": "classroom", "spacingSeconds": 30 }').difficultyBits // 20, as in the lab
 *
 * @throws {@link ChainSpecError} that names the field, its value, and what is allowed
 */
export function parseCustomChain(text: string): CustomChainSpec {
  const nodes = readFields(readJson(text), '', customChainFieldNames);
  const base = readField('basedOn', customChainFields.basedOn, nodes, 'lab');
  const values = customChainFieldNames.map((name) => {
    // Each row of the table reads the type that its name has; a loop over all of them cannot say so.
    const field: ChainField<unknown> = customChainFields[name] as ChainField<unknown>;
    return [name, readField(name, field, nodes, base)] as const;
  });
  const spec = Object.fromEntries(values) as unknown as CustomChainSpec;
  if (spec.minTransactionsPerBlock > spec.maxTransactionsPerBlock) {
    throw new ChainSpecError(
      'bad-value',
      'minTransactionsPerBlock',
      `minTransactionsPerBlock is ${spec.minTransactionsPerBlock}; allowed: up to maxTransactionsPerBlock, which is ${spec.maxTransactionsPerBlock}`,
    );
  }
  // Only now is it known which addresses are this chain's.
  premineOutputs(spec);
  return spec;
}

function readField<T>(
  name: string,
  field: ChainField<T>,
  nodes: ReadonlyMap<string, JsonNode>,
  base: BaseChain,
): T {
  const node = nodes.get(name);
  if (node !== undefined) return field.read(node, name, base);
  if (field.fallback !== undefined) return field.fallback(base);
  throw new ChainSpecError('missing-field', name, `${name} is missing; allowed: ${field.allowed}`);
}

/**
 * A search for the first block of a chain, to be driven in slices.
 *
 * @example
 * const search = searchGenesis(spec);
 * let found: GenesisFacts | undefined;
 * while (found === undefined) found = search.search(50_000);
 * writeFile(path, writeCustomChain(withGenesis(spec, found)));
 */
export function searchGenesis(spec: CustomChainSpec): GenesisSearch {
  return new GenesisSearch(genesisFacts(spec));
}

/** A chain with the first block that has been found for it. */
export function withGenesis(spec: CustomChainSpec, found: GenesisFacts): CustomChainSpec {
  return {
    ...spec,
    genesisTime: found.time,
    genesisNonce: found.nonce,
    genesisHash: toReversedHex(blockHash(genesisBlock(found))),
  };
}

/**
 * The parameters of a custom chain.
 *
 * @example
 * customChainParams(parseCustomChain(text)).consensus.spacingSeconds // 30
 *
 * @throws {@link ChainSpecError} if the first block is not mined, or no longer fits the rules
 */
export function customChainParams(spec: CustomChainSpec): ChainParams {
  const base = baseChains[spec.basedOn];
  const { genesisNonce } = spec;
  if (genesisNonce === undefined) {
    throw new ChainSpecError(
      'genesis-not-mined',
      'genesisNonce',
      'genesisNonce is missing: the first block is not mined yet; allowed: what mining it finds',
    );
  }
  const genesis = genesisBlock({ ...genesisFacts(spec), nonce: genesisNonce });
  const hash = blockHash(genesis);
  checkGenesisHash(
    spec,
    toReversedHex(hash),
    meetsTarget(hash, genesis.header.bits, powLimit(spec)),
  );
  return {
    ...base,
    name: spec.name,
    about: `A chain of your own, based on ${spec.basedOn}.`,
    genesis,
    magic: magicFromGenesis(hash),
    ports: spec.ports,
    addressPrefixes: spec.addressPrefixes,
    confirmations: spec.confirmations,
    consensus: customConsensus(spec, base.consensus),
  };
}

function customConsensus(spec: CustomChainSpec, base: ConsensusParams): ConsensusParams {
  const { minTransactionsPerBlock: min, maxTransactionsPerBlock: max } = spec;
  return {
    ...base,
    powLimit: powLimit(spec),
    spacingSeconds: spec.spacingSeconds,
    retarget: retargetOf(spec),
    initialSubsidy: spec.blockReward,
    halvingInterval: spec.halvingInterval,
    coinbaseMaturity: spec.coinbaseMaturity,
    genesisSpendable: true,
    blockTransactions: min === 1 && max === NO_TRANSACTION_LIMIT ? undefined : { min, max },
  };
}

function retargetOf({ retarget, spacingSeconds }: CustomChainSpec): Retarget {
  switch (retarget) {
    case 'none':
      return { kind: 'none' };
    case 'bitcoin':
      return {
        kind: 'bitcoin',
        timespanSeconds: BLOCKS_PER_PERIOD * spacingSeconds,
        allowMinDifficultyBlocks: false,
        enforceBip94: false,
        noRetargeting: false,
      };
    case 'asert':
      return { kind: 'asert', halfLifeSeconds: BLOCKS_PER_HALF_LIFE * spacingSeconds };
  }
}

function powLimit({ difficultyBits }: CustomChainSpec): bigint {
  return (1n << BigInt(256 - difficultyBits)) - 1n;
}

function genesisFacts(spec: CustomChainSpec): Omit<GenesisFacts, 'nonce'> {
  return {
    message: spec.genesisMessage,
    outputs: [rulesOutput(spec), ...premineOutputs(spec)],
    time: spec.genesisTime,
    bits: compactFromTarget(powLimit(spec)),
  };
}

/**
 * The first block holds a hash of all rules. So chains that differ in any of them have different
 * first blocks and different magic bytes, and their nodes never talk to each other.
 */
function rulesOutput(spec: CustomChainSpec): TxOut {
  const rules = customChainFieldNames
    .filter((name) => customChainFields[name].rule)
    .map((name) => `${name}=${spec[name]}\n`)
    .join('');
  const hash = sha256(new TextEncoder().encode(rules));
  return { value: 0n, scriptPubKey: buildScript(opcodes.OP_RETURN, hash) };
}

function premineOutputs({ premine, addressPrefixes }: CustomChainSpec): readonly TxOut[] {
  return premine.map((output, i) => ({
    value: output.amount,
    scriptPubKey: premineScript(output, i, addressPrefixes),
  }));
}

function checkGenesisHash(spec: CustomChainSpec, hash: string, meetsDifficulty: boolean): void {
  const remedy =
    'a rule was changed after it was mined; change it back, or take out genesisNonce and genesisHash and mine anew, which makes another chain';
  if (spec.genesisHash !== undefined && spec.genesisHash !== hash) {
    throw new ChainSpecError(
      'genesis-mismatch',
      'genesisHash',
      `genesisHash is ${spec.genesisHash}, but the first block's hash is ${hash}: ${remedy}`,
    );
  }
  if (!meetsDifficulty) {
    throw new ChainSpecError(
      'genesis-mismatch',
      'genesisNonce',
      `genesisNonce is ${spec.genesisNonce}, but with it the first block's hash ${hash} does not begin with ${spec.difficultyBits} zero bits: ${remedy}`,
    );
  }
}
