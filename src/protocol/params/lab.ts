import { COIN } from '../primitives/amount.ts';
import { blockHash } from '../primitives/block-hash.ts';
import { opcodes } from '../script/opcodes.ts';
import type { BuriedDeployments, ChainParams } from './chain-params.ts';
import { genesisBlock, magicFromGenesis } from './genesis.ts';
import { taprootAlways, testdummyOff, testKeyPrefixes } from './test-networks.ts';

const genesis = genesisBlock({
  message: 'Blockyard lab 01/Jan/2025: take it apart, it is yours',
  // As on Bitcoin's chains, the first reward is nobody's.
  outputs: [{ value: 50n * COIN, scriptPubKey: Uint8Array.of(opcodes.OP_RETURN) }],
  time: 1_735_689_600,
  bits: 0x1e0fffff,
  nonce: 357_782,
});

/** Every soft fork from the first block that is mined. */
const buried: BuriedDeployments = { bip34: 1, bip65: 1, bip66: 1, csv: 1, segwit: 0 };

/**
 * The chain to learn on: all of Bitcoin's rules, at a speed that one can watch. A few blocks are
 * enough to see a coinbase mature, minutes to see the difficulty follow the miners, and a day to see
 * the reward halve. In all there will be 864,000 coins.
 */
export const lab: ChainParams = {
  name: 'lab',
  about: 'The chain to learn on: real mining, a block every ten seconds.',
  genesis,
  magic: magicFromGenesis(blockHash(genesis)),
  ports: { p2p: 21333, rpc: 21332 },
  dnsSeeds: [],
  // Addresses begin with B, S or yard1, so that none is taken for one of another chain. Keys keep the
  // forms of the test networks: they mean "worth nothing", and every tool reads them.
  addressPrefixes: { pubKeyHash: 26, scriptHash: 63, bech32: 'yard' },
  keyPrefixes: testKeyPrefixes,
  confirmations: 6,
  consensus: {
    // 20 zero bits: about a million hashes, a second or two of one machine's work.
    powLimit: (1n << 236n) - 1n,
    spacingSeconds: 10,
    retarget: { kind: 'asert', halfLifeSeconds: 120 },
    initialSubsidy: 50n * COIN,
    // A day of blocks.
    halvingInterval: 8640,
    coinbaseMaturity: 10,
    buried,
    versionBits: {
      window: 144,
      threshold: 108,
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
    minimumChainWork: 0n,
    assumeValid: undefined,
  },
};
