import { toHex, toReversedHex } from '../../protocol/bytes/hex.ts';
import type {
  ChainParams,
  ConsensusParams,
  VersionBitsDeployment,
} from '../../protocol/params/chain-params.ts';
import { encodeBlock } from '../../protocol/primitives/block.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import { amountNumber, type JsonObject } from '../../protocol/report/json-text.ts';
import { coinbaseMessage } from '../genesis-facts.ts';

/**
 * A chain as JSON, field by field as the code has it: bytes in hex, hashes and targets as they are
 * shown, amounts in coins.
 *
 * @example
 * chainToJson(lab).name // 'lab'
 */
export function chainToJson(params: ChainParams): JsonObject {
  const { genesis } = params;
  return {
    name: params.name,
    about: params.about,
    genesis: {
      hash: toReversedHex(blockHash(genesis)),
      time: genesis.header.time,
      bits: genesis.header.bits.toString(16).padStart(8, '0'),
      nonce: genesis.header.nonce,
      message: coinbaseMessage(genesis),
      hex: toHex(encodeBlock(genesis)),
    },
    magic: toHex(params.magic),
    ports: { ...params.ports },
    dnsSeeds: params.dnsSeeds,
    addressPrefixes: { ...params.addressPrefixes },
    keyPrefixes: { ...params.keyPrefixes },
    confirmations: params.confirmations,
    consensus: consensusToJson(params.consensus),
  };
}

function consensusToJson(consensus: ConsensusParams): JsonObject {
  const { initialSubsidy, powLimit, minimumChainWork, signetChallenge, versionBits } = consensus;
  const { testdummy, taproot } = versionBits.deployments;
  return {
    powLimit: powLimit.toString(16).padStart(64, '0'),
    spacingSeconds: consensus.spacingSeconds,
    retarget: { ...consensus.retarget },
    initialSubsidy: amountNumber(initialSubsidy),
    halvingInterval: consensus.halvingInterval,
    coinbaseMaturity: consensus.coinbaseMaturity,
    genesisSpendable: consensus.genesisSpendable,
    blockTransactions: consensus.blockTransactions && { ...consensus.blockTransactions },
    signetChallenge: signetChallenge && toHex(signetChallenge),
    buried: { ...consensus.buried },
    versionBits: {
      window: versionBits.window,
      threshold: versionBits.threshold,
      deployments: {
        testdummy: deploymentToJson(testdummy),
        taproot: deploymentToJson(taproot),
      },
    },
    scriptFlagExceptions: consensus.scriptFlagExceptions.map((exception) => ({ ...exception })),
    bip34Hash: consensus.bip34Hash,
    bip30Exceptions: consensus.bip30Exceptions.map((position) => ({ ...position })),
    checkpoints: consensus.checkpoints.map((position) => ({ ...position })),
    minimumChainWork: minimumChainWork.toString(16).padStart(64, '0'),
    assumeValid: consensus.assumeValid,
  };
}

/** A timeout that never comes is left out: JSON has no infinity. */
function deploymentToJson({ timeout, ...rest }: VersionBitsDeployment): JsonObject {
  return { ...rest, timeout: Number.isFinite(timeout) ? timeout : undefined };
}
