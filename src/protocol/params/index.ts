export {
  ALWAYS_ACTIVE,
  type BlockPosition,
  type BuriedDeployments,
  type ChainParams,
  type ConsensusParams,
  type DeploymentName,
  type KeyPrefixes,
  NEVER_ACTIVE,
  NO_TIMEOUT,
  type Ports,
  type Retarget,
  type ScriptFlagException,
  type TransactionCountLimits,
  type VersionBitsDeployment,
  type VersionBitsParams,
} from './chain-params.ts';
export { ChainNameError, chainByName, chainNames, chains } from './chains.ts';
export { ChainSpecError, type ChainSpecErrorCode } from './custom/chain-spec-error.ts';
export {
  customChainParams,
  parseCustomChain,
  searchGenesis,
  withGenesis,
} from './custom/custom-chain.ts';
export {
  type ChainField,
  type ChainFields,
  customChainFieldNames,
  customChainFields,
} from './custom/custom-chain-fields.ts';
export type { BaseChain, CustomChainSpec, PremineOutput } from './custom/custom-chain-spec.ts';
export { explanation, fallbackText, writeCustomChain } from './custom/write-custom-chain.ts';
export { type GenesisFacts, genesisBlock } from './genesis.ts';
export { GenesisSearch } from './genesis-search.ts';
export { lab } from './lab.ts';
export { main } from './main.ts';
export {
  type ActivationHeights,
  type ActivationName,
  activationNames,
  type DeploymentTimes,
  regtest,
  regtestParams,
} from './regtest.ts';
export { signet, signetParams } from './signet.ts';
export { testnet4 } from './testnet4.ts';
