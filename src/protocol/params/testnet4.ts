import { fromHex } from '../bytes/hex.ts';
import { COIN } from '../primitives/amount.ts';
import { buildScript } from '../script/build-script.ts';
import { opcodes } from '../script/opcodes.ts';
import type { ChainParams } from './chain-params.ts';
import { genesisBlock } from './genesis.ts';
import {
  buriedFromTheStart,
  taprootAlways,
  testAddressPrefixes,
  testdummyOff,
  testKeyPrefixes,
} from './test-networks.ts';

const TWO_WEEKS = 14 * 24 * 60 * 60;

/**
 * The public test network with real mining (BIP94), as in Bitcoin Core 28. It followed testnet3,
 * whose 20-minute rule let anybody reset the difficulty and flood the chain with blocks.
 */
export const testnet4: ChainParams = {
  name: 'testnet4',
  about: 'The public test network: real mining, coins without a price.',
  genesis: genesisBlock({
    message: '03/May/2024 000000000000000000001ebd58c244970b3aa9d783bb001011fbe8ea8e98e00e',
    // A public key of zeros: no point of the curve, so nobody can claim to know its secret.
    outputs: [
      { value: 50n * COIN, scriptPubKey: buildScript(new Uint8Array(33), opcodes.OP_CHECKSIG) },
    ],
    time: 1714777860,
    bits: 0x1d00ffff,
    nonce: 393743547,
  }),
  magic: fromHex('1c163f28'),
  ports: { p2p: 48333, rpc: 48332 },
  dnsSeeds: ['seed.testnet4.bitcoin.sprovoost.nl.', 'seed.testnet4.wiz.biz.'],
  addressPrefixes: testAddressPrefixes,
  keyPrefixes: testKeyPrefixes,
  confirmations: 6,
  consensus: {
    powLimit: (1n << 224n) - 1n,
    spacingSeconds: 600,
    retarget: {
      kind: 'bitcoin',
      timespanSeconds: TWO_WEEKS,
      allowMinDifficultyBlocks: true,
      enforceBip94: true,
      noRetargeting: false,
    },
    initialSubsidy: 50n * COIN,
    halvingInterval: 210_000,
    coinbaseMaturity: 100,
    buried: buriedFromTheStart,
    versionBits: {
      window: 2016,
      threshold: 1512,
      deployments: { testdummy: testdummyOff, taproot: taprootAlways },
    },
    scriptFlagExceptions: [],
    bip34Hash: undefined,
    bip30Exceptions: [],
    bip30Overwritten: [],
    checkpoints: [],
    signetChallenge: undefined,
    genesisSpendable: false,
    blockTransactions: undefined,
    minimumChainWork: 0x5faa15d02e6202f3ban,
    // Block 39,550.
    assumeValid: '000000005be348057db991fa5d89fe7c4695b667cfb311391a8db374b6f681fd',
  },
};
