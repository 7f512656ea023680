import { fromHex } from '../bytes/hex.ts';
import { COIN } from '../primitives/amount.ts';
import {
  type BuriedDeployments,
  type ChainParams,
  type DeploymentName,
  NO_TIMEOUT,
  type VersionBitsDeployment,
} from './chain-params.ts';
import { genesisBlock, satoshiOutput, TIMES_HEADLINE } from './genesis.ts';
import { taprootAlways, testKeyPrefixes } from './test-networks.ts';

/** The soft forks whose heights a test may choose, by the names of `-testactivationheight`. */
export type ActivationName = keyof typeof activationFields;

const activationFields = {
  segwit: 'segwit',
  bip34: 'bip34',
  dersig: 'bip66',
  cltv: 'bip65',
  csv: 'csv',
} as const satisfies Readonly<Record<string, keyof BuriedDeployments>>;

export const activationNames: readonly ActivationName[] = [
  'segwit',
  'bip34',
  'dersig',
  'cltv',
  'csv',
];

export type ActivationHeights = Readonly<Partial<Record<ActivationName, number>>>;

/** What `-vbparams` says of a deployment. */
export type DeploymentTimes = Readonly<
  Partial<Record<DeploymentName, Omit<VersionBitsDeployment, 'bit'>>>
>;

const buried: BuriedDeployments = { bip34: 1, bip65: 1, bip66: 1, csv: 1, segwit: 0 };

/**
 * The chain for tests, as in Bitcoin Core 28: blocks come on demand, and the difficulty never
 * changes. Tests of soft forks choose when those begin.
 *
 * @example
 * regtestParams({ bip34: 2, segwit: 500 })
 */
export function regtestParams(
  heights: ActivationHeights = {},
  deployments: DeploymentTimes = {},
): ChainParams {
  return {
    ...regtest,
    consensus: {
      ...regtest.consensus,
      buried: withHeights(heights),
      versionBits: {
        ...regtest.consensus.versionBits,
        deployments: withTimes(regtest.consensus.versionBits.deployments, deployments),
      },
    },
  };
}

function withHeights(heights: ActivationHeights): BuriedDeployments {
  const chosen: { -readonly [K in keyof BuriedDeployments]: number } = { ...buried };
  for (const name of activationNames) {
    chosen[activationFields[name]] = heights[name] ?? chosen[activationFields[name]];
  }
  return chosen;
}

function withTimes(
  { testdummy, taproot }: Readonly<Record<DeploymentName, VersionBitsDeployment>>,
  times: DeploymentTimes,
): Readonly<Record<DeploymentName, VersionBitsDeployment>> {
  return {
    testdummy: { ...testdummy, ...times.testdummy },
    taproot: { ...taproot, ...times.taproot },
  };
}

/** Regtest as it is without options. */
export const regtest: ChainParams = {
  name: 'regtest',
  about: 'A private chain for tests: blocks on demand, no difficulty.',
  genesis: genesisBlock({
    message: TIMES_HEADLINE,
    outputs: [satoshiOutput],
    time: 1296688602,
    bits: 0x207fffff,
    nonce: 2,
  }),
  magic: fromHex('fabfb5da'),
  ports: { p2p: 18444, rpc: 18443 },
  dnsSeeds: [],
  addressPrefixes: { pubKeyHash: 111, scriptHash: 196, bech32: 'bcrt' },
  keyPrefixes: testKeyPrefixes,
  confirmations: 6,
  consensus: {
    powLimit: (1n << 255n) - 1n,
    spacingSeconds: 600,
    // Versions 28.0 and 28.1 enforce BIP94's timewarp rule here, for tests of it, and have periods of
    // a day to reach their ends sooner. Version 29 made the rule an option (`-test=bip94`).
    retarget: {
      kind: 'bitcoin',
      timespanSeconds: 24 * 60 * 60,
      allowMinDifficultyBlocks: true,
      enforceBip94: true,
      noRetargeting: true,
    },
    initialSubsidy: 50n * COIN,
    halvingInterval: 150,
    coinbaseMaturity: 100,
    buried,
    versionBits: {
      window: 144,
      threshold: 108,
      deployments: {
        testdummy: { bit: 28, startTime: 0, timeout: NO_TIMEOUT, minActivationHeight: 0 },
        taproot: taprootAlways,
      },
    },
    scriptFlagExceptions: [],
    bip34Hash: undefined,
    bip30Exceptions: [],
    bip30Overwritten: [],
    checkpoints: [],
    signetChallenge: undefined,
    genesisSpendable: false,
    blockTransactions: undefined,
    minimumChainWork: 0n,
    assumeValid: undefined,
  },
};
