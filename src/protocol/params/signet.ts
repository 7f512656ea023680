import { encode, varBytes } from '../bytes/codec.ts';
import { fromHex } from '../bytes/hex.ts';
import { sha256d } from '../crypto/hash.ts';
import { COIN } from '../primitives/amount.ts';
import type { ChainParams } from './chain-params.ts';
import { genesisBlock, satoshiOutput, TIMES_HEADLINE } from './genesis.ts';
import {
  buriedFromTheStart,
  taprootAlways,
  testAddressPrefixes,
  testdummyOff,
  testKeyPrefixes,
} from './test-networks.ts';

const TWO_WEEKS = 14 * 24 * 60 * 60;

/** The challenge of the public signet: either of two keys signs its blocks. */
const PUBLIC_CHALLENGE = fromHex(
  '512103ad5e0edad18cb1f0fc0d28a3d4f1f3e445640337489abb10404f2d1e086be430' +
    '210359ef5021964fe22d6f8e05b2463c9540ce96883fe3b278760f048f5189f2e6c452ae',
);

const genesis = genesisBlock({
  message: TIMES_HEADLINE,
  outputs: [satoshiOutput],
  time: 1598918400,
  bits: 0x1e0377ae,
  nonce: 52613770,
});

/**
 * A test network whose blocks somebody signs (BIP325), as in Bitcoin Core 28. Every challenge makes
 * a network of its own. They share their first block, and are told apart by their magic bytes.
 *
 * @example
 * signetParams() // the public one
 * signetParams(Uint8Array.of(opcodes.OP_1)) // one where anybody may sign
 */
export function signetParams(challenge?: Uint8Array): ChainParams {
  return challenge === undefined ? signet : customSignet(challenge);
}

function customSignet(challenge: Uint8Array): ChainParams {
  return {
    name: 'signet',
    about: 'A signet of your own: a test network whose blocks you sign.',
    genesis,
    magic: sha256d(encode(varBytes, challenge)).slice(0, 4),
    ports: { p2p: 38333, rpc: 38332 },
    dnsSeeds: [],
    addressPrefixes: testAddressPrefixes,
    keyPrefixes: testKeyPrefixes,
    confirmations: 6,
    consensus: {
      // 227,246 * 2^216. A retarget multiplies the target with up to eight weeks in seconds, and with
      // any more that would not fit the 256 bits that Core has for it.
      powLimit: 0x377aen << 216n,
      spacingSeconds: 600,
      retarget: {
        kind: 'bitcoin',
        timespanSeconds: TWO_WEEKS,
        allowMinDifficultyBlocks: false,
        enforceBip94: false,
        noRetargeting: false,
      },
      initialSubsidy: 50n * COIN,
      halvingInterval: 210_000,
      coinbaseMaturity: 100,
      buried: buriedFromTheStart,
      versionBits: {
        window: 2016,
        threshold: 1815,
        deployments: { testdummy: testdummyOff, taproot: taprootAlways },
      },
      scriptFlagExceptions: [],
      bip34Hash: undefined,
      bip30Exceptions: [],
      bip30Overwritten: [],
      checkpoints: [],
      signetChallenge: challenge,
      genesisSpendable: false,
      blockTransactions: undefined,
      minimumChainWork: 0n,
      assumeValid: undefined,
    },
  };
}

const unnamed = customSignet(PUBLIC_CHALLENGE);

/** The public signet. */
export const signet: ChainParams = {
  ...unnamed,
  about: 'The public signet: blocks are signed, so that they come when they should.',
  dnsSeeds: [
    'seed.signet.bitcoin.sprovoost.nl.',
    'seed.signet.achownodes.xyz.',
    // Core lists two nodes by their own addresses, beside the names.
    '178.128.221.177',
    'v7ajjeirttkbnt32wpy3c6w3emwnfr3fkla7hpxcfokr3ysd3kqtzmqd.onion:38333',
  ],
  consensus: {
    ...unnamed.consensus,
    minimumChainWork: 0x25dbd66e58fn,
    // Block 208,800.
    assumeValid: '0000014aad1d58dddcb964dd749b073374c6306e716b22f573a2efe68d414539',
  },
};
